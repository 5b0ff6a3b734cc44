"""The lifecycle's board and its settings, as pages."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from app.contacts import timeline
from app.demo import make
from app.lifecycle import board, kanban, setup, stages
from app.lifecycle.models import LifecycleStage
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def stage(key: str) -> LifecycleStage:
    found = stages.stage_by_key(key)
    assert found is not None
    return found


def cards(html: str) -> list[str]:
    return re.findall(r'hx-target="#drawer">([^<]+)</a></b>', html)


@pytest.mark.req("LIFE-19", "LIFE-16")
def test_dragging_a_card_to_customer_changes_the_stage_and_writes_history(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    assert cards(client.get("/lifecycle").text) == ["Ana Silva"]

    dropped = client.post(
        f"/lifecycle/cards/{ana.id}",
        data={"stage": "customer", "before": "", "after": "", "rev": "new_lead"},
        headers=HX,
    )

    assert ana.lifecycle_stage is stage("customer")
    newest = timeline.timeline_of(ana).rows[0]
    assert (newest.sentence, newest.by) == ("Moved from 🌱 New lead to 🌿 Customer", "Inès Garnier")
    counts = dict(re.findall(r'id="count-(\w+)" hx-swap-oob="true">(\d+)<', dropped.text))
    assert counts == {"new_lead": "0", "customer": "1"}
    assert 'data-rev="customer"' in dropped.text


def test_a_card_somebody_else_moved_is_refused(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    board.move_contact(ana, stage("payment"), by=owner)

    refused = client.post(f"/lifecycle/cards/{ana.id}", data={"stage": "customer", "rev": "new_lead"}, headers=HX)

    assert refused.status_code == 409
    assert ana.lifecycle_stage is stage("payment")


def test_a_card_dropped_between_two_stays_there(client: Client, owner: Staff, clock: ModuleType) -> None:
    clock.set("2026-11-23 10:00")
    ids = {}
    for name in ("Ana", "Ben", "Chloé"):
        ids[name] = make.contact(f"{name} Petit").id
        clock.move(minutes=1)

    client.post(
        f"/lifecycle/cards/{ids['Chloé']}", data={"stage": "new_lead", "before": "", "after": ids["Ben"]}, headers=HX
    )
    assert cards(client.get("/lifecycle").text) == ["Ben Petit", "Chloé Petit", "Ana Petit"]

    client.post(
        f"/lifecycle/cards/{ids['Ana']}", data={"stage": "new_lead", "before": ids["Chloé"], "after": ""}, headers=HX
    )
    assert cards(client.get("/lifecycle").text) == ["Ben Petit", "Ana Petit", "Chloé Petit"]


@pytest.mark.req("LIFE-19")
def test_a_card_dropped_on_a_lost_stage_leaves_the_lanes(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")

    dropped = client.post(f"/lifecycle/cards/{ana.id}", data={"stage": "cold_lead", "rev": "new_lead"}, headers=HX)

    assert dropped.headers["HX-Reswap"] == "delete"
    assert 'id="lost-cold_lead"' in dropped.text
    board_page = client.get("/lifecycle").text
    assert cards(board_page) == []
    assert "/contacts?stage=cold_lead" in board_page


def test_a_card_is_moved_without_dragging(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    dialog = client.get(f"/lifecycle/cards/{ana.id}", headers=HX).text
    assert re.findall(r'name="stage" value="(\w+)"', dialog) == [
        "new_lead",
        "hot_lead",
        "payment",
        "customer",
        "cold_lead",
    ]

    answer = client.post(
        f"/lifecycle/cards/{ana.id}", data={"stage": "payment", "rev": "new_lead", "whole": "1"}, headers=HX
    )

    assert 'id="life"' in answer.text
    assert "modal-close" in answer.headers["HX-Trigger"]
    assert ana.lifecycle_stage is stage("payment")


def test_a_lane_shows_twenty_and_the_rest_on_scrolling(client: Client, owner: Staff) -> None:
    for number in range(kanban.PAGE + 3):
        make.contact(f"Person {number}")

    top = client.get("/lifecycle").text
    more = re.search(r'hx-get="(/lifecycle/lanes/new_lead\?[^"]+)"', top)
    assert more is not None
    rest = client.get(more[1].replace("&amp;", "&"), headers=HX).text

    assert len(cards(top)) == kanban.PAGE
    assert "3 more" in top
    assert len(cards(rest)) == 3
    assert not set(cards(top)) & set(cards(rest))


def test_the_board_is_narrowed_by_name_and_location(client: Client, owner: Staff) -> None:
    here = make.location("Croix-Rousse")
    make.contact("Ana Silva", location=here)
    make.contact("Ben Ali")

    assert cards(client.get("/lifecycle?q=ben").text) == ["Ben Ali"]
    assert cards(client.get(f"/lifecycle?location={here.id}").text) == ["Ana Silva"]
    assert '<div id="life"' in client.get("/lifecycle?q=ben", headers=HX).text


def test_a_crowded_board_asks_no_more_than_an_empty_one(client: Client, owner: Staff) -> None:
    def ask() -> int:
        with queries.counted() as asked:
            assert client.get("/lifecycle").status_code == 200
        return len(asked)

    make.contact("Ana Silva")
    few = ask()
    for number in range(40):
        board.move_contact(make.contact(), stages.all_stages()[number % 5], by=owner)

    assert ask() <= few


@pytest.mark.req("ROLE-04")
@pytest.mark.parametrize("role", ["agent", "front_desk", "teacher"])
def test_the_board_is_for_owners_and_managers(client: Client, role: str) -> None:
    ana = make.contact("Ana Silva")
    client.sign_in(make.staff("Tom Wright", role))

    assert client.get("/lifecycle").status_code == 403
    assert client.post(f"/lifecycle/cards/{ana.id}", data={"stage": "customer"}).status_code == 403


@pytest.mark.req("LIFE-07", "LIFE-08")
def test_stages_are_added_and_edited_and_need_a_name(client: Client, owner: Staff) -> None:
    empty = client.post("/settings/lifecycle/stages/new", data={"name": " "}, headers=HX)
    assert empty.status_code == 422
    assert "Type a name." in empty.text

    client.post("/settings/lifecycle/stages/new?lost=1", data={"name": "No answer", "emoji": "📵"}, headers=HX)
    made = stage("no_answer")
    assert (made.is_lost, made.emoji) == (True, "📵")

    client.post(f"/settings/lifecycle/stages/{made.id}", data={"name": "Silent", "emoji": "🤫"}, headers=HX)
    page = client.get("/settings/lifecycle").text
    assert "Silent" in page
    assert "🤫" in page


@pytest.mark.req("LIFE-06")
def test_the_limit_is_named(client: Client, owner: Staff) -> None:
    for number in range(15):
        setup.add_stage(f"Stage {number}")

    assert "Add stage" not in client.get("/settings/lifecycle").text
    refused = client.post("/settings/lifecycle/stages/new", data={"name": "One more"}, headers=HX)
    assert refused.status_code == 422
    assert "There can be 20 stages at the most" in refused.text


@pytest.mark.req("LIFE-09", "LIFE-10")
def test_stages_are_ordered_within_their_column_only(client: Client, owner: Staff) -> None:
    ids = [stage(key).id for key in ("customer", "new_lead", "hot_lead", "payment")]

    client.post("/settings/lifecycle/order/ordinary", data={"order": ",".join(map(str, ids))}, headers=HX)
    assert [one.key for one in stages.all_stages()] == ["customer", "new_lead", "hot_lead", "payment", "cold_lead"]

    refused = client.post("/settings/lifecycle/order/lost", data={"order": f"{stage('customer').id}"}, headers=HX)
    assert refused.status_code == 409
    assert not stage("customer").is_lost


@pytest.mark.req("LIFE-11")
def test_the_default_is_set_from_the_menu_then_saved(client: Client, owner: Staff) -> None:
    page = client.get("/settings/lifecycle").text
    assert f"/settings/lifecycle/default?stage={stage('payment').id}" in page
    assert f"/settings/lifecycle/default?stage={stage('cold_lead').id}" not in page

    client.post("/settings/lifecycle/default", data={"stage": stage("payment").id}, headers=HX)

    assert [one.key for one in stages.all_stages() if one.is_default] == ["payment"]
    assert client.get("/settings/lifecycle").text.count(">Default<") == 1


@pytest.mark.req("LIFE-17")
def test_deleting_a_stage_in_use_tells_how_many_and_offers_to_move_them(client: Client, owner: Staff) -> None:
    crowd = [make.contact() for _ in range(12)]
    address = f"/settings/lifecycle/stages/{stage('new_lead').id}/deletion"
    assert "12 contacts are in this stage." in client.get(address, headers=HX).text

    nowhere = client.post(address, data={"move": "y", "to": "new_lead"}, headers=HX)
    assert nowhere.status_code == 422
    client.post(address, data={"move": "y", "to": "customer"}, headers=HX)

    assert {contact.lifecycle_stage for contact in crowd} == {stage("customer")}


@pytest.mark.req("LIFE-18")
def test_deleting_the_last_stage_is_refused_in_words(client: Client, owner: Staff) -> None:
    for key in ("new_lead", "hot_lead", "payment"):
        setup.delete_stage(stage(key), by=owner)

    refused = client.post(f"/settings/lifecycle/stages/{stage('customer').id}/deletion", headers=HX)

    assert refused.status_code == 409
    assert "This is the last stage." in refused.text


@pytest.mark.req("LIFE-01")
def test_the_switch_hides_the_board_and_shows_it_again(client: Client, owner: Staff) -> None:
    make.contact("Ana Silva")

    client.post("/settings/lifecycle", data={}, headers=HX)
    assert "The lifecycle is hidden" in client.get("/lifecycle").text

    client.post("/settings/lifecycle", data={"is_shown": "1"}, headers=HX)
    assert cards(client.get("/lifecycle").text) == ["Ana Silva"]


@pytest.mark.req("ROLE-03")
def test_the_front_desk_is_refused_the_settings(client: Client) -> None:
    client.sign_in(make.staff("Marcus Bell", "front_desk"))

    assert client.get("/settings/lifecycle").status_code == 403
