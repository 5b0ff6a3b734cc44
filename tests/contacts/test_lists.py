"""Contacts and the client list: who is in them, narrowed, sorted and paged."""

from __future__ import annotations

import re
from types import ModuleType

import pytest

from app import events
from app.contacts import consent, filters, people, tags
from app.contacts.tags import Badge
from app.db import db
from app.demo import make
from app.lifecycle import board, setup, stages
from app.staff.models import Staff
from tests.harness import queries
from tests.harness.client import Client

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


def names(html: str) -> list[str]:
    """The names of the rows, in their order."""
    return re.findall(r'<b class="clip"><a [^>]*>([^<]*)</a>', html)


@pytest.mark.req("GEN-08")
def test_everyone_is_in_contacts_and_only_clients_in_the_client_list(client: Client, owner: Staff) -> None:
    make.contact("Ana Silva")
    make.client("Ben Ali")

    assert set(names(client.get("/contacts").text)) == {"Ana Silva", "Ben Ali"}
    assert names(client.get("/clients").text) == ["Ben Ali"]


def test_the_hottest_are_on_top_unless_somebody_asks_otherwise(client: Client, owner: Staff) -> None:
    for name, score in (("Ana Silva", 3), ("Ben Ali", 9), ("Zoë Petit", 5)):
        make.contact(name).score = score

    assert names(client.get("/contacts").text) == ["Ben Ali", "Zoë Petit", "Ana Silva"]
    assert names(client.get("/contacts?sort=name").text) == ["Ben Ali", "Zoë Petit", "Ana Silva"]
    assert names(client.get("/contacts?sort=-created").text) == ["Zoë Petit", "Ben Ali", "Ana Silva"]
    assert names(client.get("/contacts?sort=nonsense").text) == ["Ben Ali", "Zoë Petit", "Ana Silva"]


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("silva", ["Ana Silva"]),
        ("ana sil", ["Ana Silva"]),
        ("ANA@", ["Ana Silva"]),
        ("06 12 34", ["Ana Silva"]),
        ("+33612345678", ["Ana Silva"]),
        ("élodie", ["Élodie Roux"]),
        ("%", []),
        ("ana ben", []),
    ],
)
def test_people_are_found_by_name_address_or_number(client: Client, owner: Staff, typed: str, found: list[str]) -> None:
    make.contact("Ana Silva", email="ana@mail.example", phone="+33612345678")
    make.contact("Élodie Roux", email="roux@mail.example", phone=None)
    make.contact("Ben Ali", email=None, phone="+33799999999")

    assert names(client.get("/contacts", query_string={"q": typed}).text) == found


def test_filters_are_combined(client: Client, owner: Staff) -> None:
    here, there = make.location("Croix-Rousse"), make.location("Confluence")
    ana = make.contact("Ana Silva", location=here, tags=["Regular"])
    ben = make.contact("Ben Ali", location=there, tags=["Regular"])
    zoe = make.contact("Zoë Petit", location=here)
    ana.hot_since = ben.hot_since = ana.created_at
    consent.withdraw(zoe, ["sms_marketing"], by=owner, via="staff")
    regular = tags.all_tags()[0].id

    assert set(names(client.get(f"/contacts?tag={regular}").text)) == {"Ana Silva", "Ben Ali"}
    assert names(client.get(f"/contacts?tag={regular}&location={here.id}").text) == ["Ana Silva"]
    assert names(client.get(f"/contacts?hot=1&location={there.id}").text) == ["Ben Ali"]
    assert names(client.get("/contacts?unsubscribed=sms_marketing").text) == ["Zoë Petit"]


@pytest.mark.parametrize("address", ["/contacts?tag=x&location=99999999999999999999", "/contacts?unsubscribed=rev"])
def test_a_filter_that_makes_no_sense_is_left_out(client: Client, owner: Staff, address: str) -> None:
    make.contact("Ana Silva")

    assert names(client.get(address).text) == ["Ana Silva"]


def test_a_cursor_that_is_none_of_ours_is_a_bad_request(client: Client, owner: Staff) -> None:
    assert client.get("/contacts?after=rubbish").status_code == 400


@pytest.mark.req("SEG-11")
def test_the_owner_filters_and_sorts_by_stage_lost_ones_included(client: Client, owner: Staff) -> None:
    for name, key in (("Ana Silva", "cold_lead"), ("Ben Ali", "customer"), ("Zoë Petit", "new_lead")):
        board.move_contact(make.contact(name), stages.stage_by_key(key), by=owner)
    board.move_contact(make.contact("Sam Vidal"), None, by=owner)

    assert names(client.get("/contacts?stage=cold_lead").text) == ["Ana Silva"]
    assert names(client.get("/contacts?stage=none").text) == ["Sam Vidal"]
    assert names(client.get("/contacts?sort=stage").text) == ["Zoë Petit", "Ben Ali", "Ana Silva", "Sam Vidal"]


@pytest.mark.req("ROLE-04")
def test_an_agent_sees_no_stage_filter_and_cannot_ask_for_it(client: Client, agent: Staff) -> None:
    board.move_contact(make.contact("Ana Silva"), stages.stage_by_key("cold_lead"), by=agent)
    make.contact("Ben Ali")

    page = client.get("/contacts?stage=cold_lead&sort=stage").text

    assert 'name="stage"' not in page
    assert "sort=stage" not in page
    assert set(names(page)) == {"Ana Silva", "Ben Ali"}
    assert client.get("/lifecycle").status_code == 403


@pytest.mark.req("ROLE-05")
def test_somebody_pre_filtered_sees_one_location_and_those_of_none(client: Client) -> None:
    here, there = make.location("Croix-Rousse"), make.location("Confluence")
    client.sign_in(make.staff("Léa Fontaine", only_location=here))
    ana, ben = make.contact("Ana Silva", location=here), make.contact("Ben Ali", location=there)
    make.contact("Zoë Petit")

    assert set(names(client.get("/contacts").text)) == {"Ana Silva", "Zoë Petit"}
    assert client.get(f"/contacts/{ana.id}").status_code == 200
    for address in (f"/contacts/{ben.id}", f"/contacts/{ben.id}/timeline", f"/contacts/{ben.id}/details"):
        assert client.get(address).status_code == 404
    assert client.post(f"/contacts/{ben.id}/tags", data={"name": "Regular"}).status_code == 404


@pytest.mark.req("LIFE-01")
def test_hiding_the_lifecycle_hides_the_stages(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    assert "New lead" in client.get("/contacts").text
    assert "Lifecycle stage" in client.get(f"/contacts/{ana.id}").text

    setup.show_lifecycle(False)

    assert "New lead" not in client.get("/contacts").text
    assert "Lifecycle stage" not in client.get(f"/contacts/{ana.id}").text
    setup.show_lifecycle(True)
    assert "New lead" in client.get("/contacts").text


@pytest.mark.req("TAG-02", "TAG-04")
def test_a_badge_stands_beside_the_names_and_a_plain_tag_does_not(client: Client, owner: Staff) -> None:
    tags.create_tag("Advanced", badge=Badge("ADV", "green"))
    make.client("Ana Silva", tags=["Advanced", "Early bird"])

    row = client.get("/clients").text

    assert re.findall(r'<span class="chip sm badge green" title="Advanced">ADV</span>', row)
    assert len(re.findall(r"chip sm badge", row)) == 1


def test_the_next_page_goes_on_where_the_last_ended(client: Client, owner: Staff, clock: ModuleType) -> None:
    clock.set("2026-11-23 10:00")
    for number in range(filters.PAGE + 3):
        make.contact(f"Person {number:03d}")

    first = client.get("/contacts?sort=name").text
    more = re.search(r'hx-get="(/contacts\?[^"]*after[^"]*)"', first)
    assert more is not None
    second = client.get(more[1].replace("&amp;", "&"), headers=HX).text

    assert len(names(first)) == filters.PAGE
    assert names(first) + names(second) == sorted({*names(first), *names(second)})
    assert len(names(second)) == 3
    assert "<html" not in second


def test_a_page_of_many_asks_no_more_than_a_page_of_few(client: Client, owner: Staff) -> None:
    def ask() -> int:
        with queries.counted() as asked:
            assert client.get("/contacts").status_code == 200
        return len(asked)

    make.contact("Ana Silva", tags=["Regular"], location=make.location("Croix-Rousse"))
    few = ask()
    for _ in range(30):
        make.contact(tags=["Regular", "Early bird"], location=make.location("Confluence"))

    assert ask() <= few
    assert few <= 18


def test_the_erased_are_in_no_list(client: Client, owner: Staff) -> None:
    ana = make.client("Ana Silva")
    client.post(f"/contacts/{ana.id}/erasure")

    assert names(client.get("/contacts").text) == []
    assert client.get(f"/contacts/{ana.id}").status_code == 404


def test_people_are_jumped_to_by_name(client: Client, owner: Staff) -> None:
    ana = make.contact("Ana Silva")
    make.contact("Ben Ali")

    found = client.get("/search?q=ana", headers=HX).text

    assert f'href="/contacts/{ana.id}"' in found
    assert "Ben" not in found
    assert 'role="option"' not in client.get("/search?q=a", headers=HX).text


@pytest.mark.req("CUS-07", "NAV-01")
def test_the_activity_feed_tells_who_turned_hot(client: Client, owner: Staff) -> None:
    ana, _new = people.find_or_create(people.Details("Ana", "Silva", email="ana@mail.example"), by=owner, via="form")
    events.record("score.became_hot", ana, score=7, threshold=5)
    db.session.commit()

    everything = client.get("/activity").text
    hot = client.get("/activity?show=hot").text

    assert "Became hot, score 7" in everything
    assert "Contact created" in everything
    assert "Became hot, score 7" in hot
    assert "Contact created" not in hot
