"""What a sequence has brought: who got how far, what was opened and bought, and to which step that is owed."""

from __future__ import annotations

import csv
import io
import re
from types import ModuleType
from typing import Any

import pytest
from sqlalchemy import select

from app.contacts import consent
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.events import Actor
from app.messaging.models import BOUNCED, Message
from app.sequences import attribution, goals, publishing, results
from app.sequences.goals import Goal
from app.sequences.models import Attribution, Sequence
from app.sequences.results import Asked, Results
from app.staff import tokens
from app.staff.models import Staff
from app.studio import orders
from app.studio.checkout_models import Order
from app.tasks import desk
from app.tasks.models import Task
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.conftest import Live, enrolments, messages, only, post, tag

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}
BOUGHT = [{"rule": "membership.purchased", "since": "enrolment"}]
HELLO = {
    "id": "hello",
    "do": "email",
    "subject": "Hi",
    "html": '<p>Hi</p><p><a href="https://studio.example">See</a></p>',
}
AGAIN = {"id": "again", "do": "email", "wait": {"days": 2}, "subject": "Again", "html": "<p>Still there?</p>"}
SPLIT = {
    "id": "ab",
    "split": [
        {"share": 50, "name": "Short", "steps": [HELLO | {"id": "short"}]},
        {"share": 50, "name": "Long", "steps": [HELLO | {"id": "long"}]},
    ],
}


@pytest.fixture
def owner(client: Client) -> Staff:
    found = make.staff("Inès Garnier", "owner")
    client.sign_in(found)
    return found


def of(sequence: Sequence) -> Results:
    """Everything about everybody who ever entered."""
    return results.results(Asked(sequence, goals.goal_of(sequence)))


def buy(who: Contact, cents: int = 8900, membership: str = "Monthly") -> None:
    post("membership.purchased", who, membership=membership, price_cents=cents)


def mail_to(who: Contact) -> Message:
    return messages(who)[-1]


@pytest.fixture
def four(live: Live, workers: Workers, monday: ModuleType, owner: Staff) -> Sequence:
    """Of four who got a mail, one read it and bought, one read it, one's address is wrong, one unsubscribed."""
    sequence = live(HELLO, AGAIN, trigger="client.created", exits=BOUGHT)
    ana, ben, cleo, dan = (make.client(name) for name in ("Ana Ruiz", "Ben Lee", "Cleo Roy", "Dan Fox"))
    workers.run_until_idle()
    monday.move(hours=1)
    make.opening(mail_to(ana))
    make.click(mail_to(ana))
    make.opening(mail_to(ben))
    mail_to(cleo).status = BOUNCED
    consent.withdraw(dan, ["email_marketing"], by=Actor.client(), via="footer", message_id=mail_to(dan).id)
    monday.move(hours=1)
    workers.look()
    monday.move(days=1)
    buy(ana)
    workers.run_until_idle()
    monday.move(days=3)
    workers.run_until_idle()
    return sequence


@pytest.mark.req("SEQ-25")
def test_the_funnel_counts_what_became_of_everybody(four: Sequence) -> None:
    found = of(four)

    assert found.entered == 4
    assert dict(found.statuses) == {"exited": 1, "completed": 3}
    hello, again = found.steps["hello"], found.steps["again"]
    assert (hello.reached, hello.done, hello.left) == (4, 4, 0)
    assert (again.reached, again.left) == (4, 1)  # Ana left before it
    counted = {name: hello.marks[name] for name in ("sent", "arrived", "opened", "clicked", "unsubscribed", "bounced")}
    assert counted == {"sent": 4, "arrived": 3, "opened": 2, "clicked": 1, "unsubscribed": 1, "bounced": 1}
    assert again.marks["held"] == 2  # Dan's and Cleo's
    assert (found.converted, found.cents) == (1, 8900)
    assert (hello.converted, hello.cents, again.converted) == (1, 8900, 0)


def test_every_number_leads_to_just_the_people_it_counts(four: Sequence, client: Client) -> None:
    page = client.get(f"/sequences/{four.id}/results?days=all").text

    links = re.findall(r'class="fig-link" href="([^"]+)">(\d+)</a>', page)
    assert len(links) > 12
    for href, number in links:
        behind = client.get(href.replace("&amp;", "&")).text
        assert behind.count('id="run-') - behind.count('id="run-menu') == int(number), href


def test_a_share_says_what_it_is_a_share_of(four: Sequence, client: Client) -> None:
    page = client.get(f"/sequences/{four.id}/results?days=all").text

    row = page.partition('id="result-hello"')[2].partition("</tr>")[0]
    assert re.findall(r"<small>([^<]*%)</small>", row) == ["100 %", "75 %", "67 %", "33 %", "33 %"]
    assert "of those sent" in page
    assert "25 %" in page.partition('class="sums"')[2].partition("</dl>")[0]  # one of four has reached the goal


def test_the_days_chosen_are_those_of_entering_and_are_held_against_the_days_before(
    four: Sequence, client: Client, monday: ModuleType, workers: Workers
) -> None:
    monday.set("2026-07-02 10:00", zone="Europe/Paris")
    late = make.client("Late Comer")
    workers.run_until_idle()
    monday.move(days=1)
    buy(late, cents=12000)
    workers.run_until_idle()

    url = f"/sequences/{four.id}/results"
    june = client.get(f"{url}?from=2026-06-01&to=2026-06-30").text
    assert "€89" in june
    assert "€120" not in june
    recent = client.get(url).text  # the last 30 days: from 4 June on
    sums = recent.partition('class="sums"')[2].partition("</dl>")[0]
    assert "€120" in sums
    assert "€89 before" in sums
    assert "25 % of 4 before" in sums
    assert "€209" in client.get(f"{url}?days=all").text


def test_the_same_figures_come_as_a_file(four: Sequence, client: Client) -> None:
    answer = client.get(f"/sequences/{four.id}/results.csv?days=all")

    rows = list(csv.DictReader(io.StringIO(answer.text.removeprefix("\ufeff"))))
    assert answer.mimetype == "text/csv"
    assert [row["Step"] for row in rows] == ["All who entered", "Hi", "Again"]
    assert (rows[1]["Sent"], rows[1]["Opened"], rows[1]["Bounced"], rows[1]["Revenue"]) == ("4", "2", "1", "89.00")


# ---------------------------------------------------------------- to whom a sale is owed


def owed() -> list[tuple[str, str]]:
    """What is owed to steps: what, and the step."""
    found = db.session.execute(select(Attribution.what, Attribution.step_id).order_by(Attribution.id))
    return [(row.what, row.step_id) for row in found]


def test_each_sale_counts_once_for_the_sequence_that_reached_them_last(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    first = live(HELLO, trigger="client.created", exits=BOUGHT)
    second = live(AGAIN, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=2)
    workers.run_until_idle()
    monday.move(days=1)
    buy(ana)
    workers.run_until_idle()

    assert owed() == [("sale", "again")]
    assert (of(first).cents, of(second).cents) == (0, 8900)


def test_what_was_bought_before_anything_had_reached_them_is_owed_to_nobody(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    live(AGAIN, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    buy(ana)
    workers.run_until_idle()

    assert owed() == []


def test_a_goal_counts_for_its_days_and_another_goal_counts_anew(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(HELLO, trigger="client.created", exits=BOUGHT)
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=20)
    buy(ana)
    workers.run_until_idle()

    assert (of(sequence).converted, of(sequence).cents) == (0, 0)  # 14 days unless told otherwise
    goals.set_goal(sequence, Goal(what="membership", days=30))
    assert (of(sequence).converted, of(sequence).cents) == (1, 8900)
    goals.set_goal(sequence, Goal(what="membership", names=("Yearly",), days=30))
    assert (of(sequence).converted, of(sequence).cents) == (0, 8900)  # all they bought is revenue
    goals.set_goal(sequence, Goal(what="membership", names=("monthly",), days=30))
    assert of(sequence).converted == 1


def test_two_sales_are_one_conversion_and_both_are_revenue(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(HELLO, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=1)
    buy(ana, cents=8900)
    post("purchase.made", ana, item="Mat", price_cents=4900)
    workers.run_until_idle()

    assert goals.goal_of(sequence).what == "purchase"
    assert (of(sequence).converted, of(sequence).cents) == (1, 13800)


def test_a_call_that_the_sequence_asked_for_counts_once_it_was_made(
    live: Live, workers: Workers, monday: ModuleType, owner: Staff
) -> None:
    sequence = live(
        {"id": "call", "do": "task", "title": "Call", "assign": {"role": "Front desk"}}, trigger="client.created"
    )
    ana, ben = make.client(), make.client()
    workers.run_until_idle()
    task = db.session.scalars(select(Task).where(Task.contact_id == ana.id)).one()
    desk.complete_task(task, by=owner)
    monday.move(days=1)
    buy(ana)
    buy(ben)
    workers.run_until_idle()

    assert owed() == [("sale", "call")]
    assert of(sequence).converted == 1


def test_a_cancelled_booking_is_no_success_and_booked_anew_it_is_owed_to_what_came_since(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    sequence = live(HELLO, AGAIN, trigger="client.created", exits=[{"rule": "booking.made", "since": {"days": 1}}])
    goals.set_goal(sequence, Goal(what="booking"))
    ana = make.client()
    workers.run_until_idle()
    run = only(ana)
    monday.move(minutes=30)
    post("class.booked", ana, class_name="Hatha", booking_id="b1")
    workers.run_until_idle()
    assert owed() == [("booking", "hello")]
    assert of(sequence).converted == 1

    post("class.booking_cancelled", ana, class_name="Hatha", booking_id="b1")
    workers.run_until_idle()
    assert of(sequence).converted == 0

    mail_to(ana).step_id = "again"  # as if it had gone on
    monday.move(hours=1)
    post("class.booked", ana, class_name="Hatha", booking_id="b1")
    workers.run_until_idle()
    assert run.sequence_id == sequence.id
    assert owed() == [("booking", "again")]
    assert of(sequence).converted == 1

    monday.move(days=1)
    post("class.visited", ana, class_name="Hatha", booking_id="b1")
    workers.run_until_idle()
    goals.set_goal(sequence, Goal(what="visit"))
    assert of(sequence).converted == 1


def test_the_revenue_of_an_order_goes_when_it_is_cancelled(
    live: Live, workers: Workers, monday: ModuleType, owner: Staff
) -> None:
    sequence = live(HELLO, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=1)
    details = Details(ana.first_name, ana.last_name, ana.email)
    order: Order = make.order(make.item("Ten classes", price_cents=14000), details)
    workers.run_until_idle()
    assert of(sequence).cents == 14000

    orders.cancel_order(order, by=owner)
    db.session.flush()
    assert (of(sequence).cents, of(sequence).converted) == (0, 0)


def test_what_is_told_twice_counts_once(live: Live, workers: Workers, monday: ModuleType) -> None:
    sequence = live(HELLO, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=1)
    for _time in range(2):
        post("membership.purchased", ana, membership="Monthly", price_cents=8900, sale_id="s-1")
        workers.run_until_idle()

    assert (of(sequence).converted, of(sequence).cents, len(owed())) == (1, 8900, 1)


@pytest.mark.parametrize(
    ("exits", "what", "names"),
    [
        (BOUGHT, "membership", ()),
        (
            [{"rule": "tag.has", "value": "VIP"}, {"rule": "intro.purchased", "value": ["First month"]}],
            "intro",
            ("First month",),
        ),
        ([{"rule": "booking.made"}], "booking", ()),
        ([{"rule": "membership.active", "not": True}], "purchase", ()),
        ([], "purchase", ()),
    ],
)
def test_the_exits_say_what_a_sequence_is_for(live: Live, exits: list[Any], what: str, names: tuple[str, ...]) -> None:
    goal = goals.goal_of(live(HELLO, exits=exits))

    assert (goal.what, goal.names) == (what, names)


# ---------------------------------------------------------------- forks


def test_the_ways_of_a_split_are_compared_by_their_whole_runs(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    sequence = live(SPLIT, AGAIN, trigger="client.created")
    crowd = [make.client() for _ in range(12)]
    workers.run_until_idle()
    monday.move(days=3)
    workers.run_until_idle()
    monday.move(days=1)
    took_a = [one for one in crowd if any(message.step_id == "short" for message in messages(one))]
    for one in took_a[:2]:
        buy(one)
    workers.run_until_idle()

    found = of(sequence)
    ways = found.steps["ab"].branches
    assert {key: way.runs for key, way in ways.items()} == {"A": len(took_a), "B": 12 - len(took_a)}
    assert (ways["A"].converted, ways["A"].cents, ways["B"].converted) == (2, 17800, 0)
    assert found.steps["again"].converted == 2  # the last that had reached them
    page = client.get(f"/sequences/{sequence.id}/results").text
    assert "Too few to tell" in page.partition('class="card split-card"')[2]
    assert "Short" in page


def test_a_condition_shows_how_many_went_which_way(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    fork = {"id": "vip", "if": {"rules": [{"rule": "tag.has", "value": "VIP"}]}, "then": [HELLO], "else": [AGAIN]}
    sequence = live(fork, trigger="client.created")
    one = make.contact(tags=("VIP",))
    make.client()
    make.client()
    workers.run_until_idle()
    assert one.id

    ways = of(sequence).steps["vip"].branches
    assert {key: way.runs for key, way in ways.items()} == {"else": 2}
    row = client.get(f"/sequences/{sequence.id}/results").text.partition('class="way"')[2]
    assert "True" in row
    assert "100 %" in row.partition("False")[2]


# ---------------------------------------------------------------- the page and its goal


def test_the_goal_is_chosen_on_the_page_and_can_go_back_to_what_the_exits_say(four: Sequence, client: Client) -> None:
    url = f"/sequences/{four.id}/goal"
    assert "Bought a membership or a pack" in client.get(f"/sequences/{four.id}/results?days=all").text
    assert 'value="membership" checked' in client.get(url, headers=PARTIAL).text

    assert client.post(url, data={"what": "booking", "days": "0"}, headers=PARTIAL).status_code == 422
    client.post(url, data={"what": "booking", "days": "7"}, headers=PARTIAL)
    page = client.get(f"/sequences/{four.id}/results?days=all").text
    assert "Booked a class, within 7 days" in page
    assert goals.goal_of(four) == Goal(what="booking", days=7)

    client.post(url, data={"reset": "1"}, headers=PARTIAL)
    assert goals.goal_of(four).what == "membership"


def test_a_copy_has_the_same_goal(four: Sequence, client: Client) -> None:
    goals.set_goal(four, Goal(what="visit", days=3))
    client.post(f"/sequences/{four.id}/copy", headers=PARTIAL)

    twin = db.session.scalars(select(Sequence).order_by(Sequence.id.desc()).limit(1)).one()
    assert goals.goal_of(twin) == Goal(what="visit", days=3)


def test_one_version_can_be_looked_at_alone(four: Sequence, client: Client, workers: Workers, owner: Staff) -> None:
    old = four.live.number if four.live else 0
    client.post(f"/sequences/{four.id}/steps", data={"spot": "top", "kind": "task"}, headers=PARTIAL)
    publishing.publish(four, by=owner)
    make.client()
    workers.run_until_idle()

    url = f"/sequences/{four.id}/results?days=all"
    assert ">5</a>" in client.get(url).text.partition('class="sums"')[2]
    assert ">4</a>" in client.get(f"{url}&version={old}").text.partition('class="sums"')[2]
    assert client.get(f"{url}&version=99").status_code == 404


def test_nothing_to_show_says_what_will_be_here(client: Client, owner: Staff) -> None:
    draft = make.sequence(HELLO, active=False)
    assert "No results yet" in client.get(f"/sequences/{draft.id}/results").text

    running = make.sequence(HELLO)
    assert "Nobody entered in these days" in client.get(f"/sequences/{running.id}/results").text


@pytest.mark.parametrize("query", ["from=x&to=y", "days=7", "from=2030-01-01", "to=2020-01-01", "version=x"])
def test_nonsense_in_the_address_is_harmless(four: Sequence, client: Client, query: str) -> None:
    assert client.get(f"/sequences/{four.id}/results?{query}").status_code == 200


def test_a_figure_that_is_not_counted_is_not_found(four: Sequence, client: Client) -> None:
    url = f"/sequences/{four.id}/results/people"
    for query in ("of=nonsense", "of=sent", "of=entered&step=hello", "of=sent&step=ab&branch=A", "of=reached&branch=A"):
        assert client.get(f"{url}?{query}").status_code == 404, query


@pytest.mark.req("ROLE-05")
def test_whoever_is_held_to_one_place_counts_its_people_only(
    live: Live, workers: Workers, monday: ModuleType, client: Client
) -> None:
    here, there = make.location("Croix-Rousse"), make.location("Confluence")
    sequence = live(HELLO, trigger="client.created")
    make.client("Ana Ruiz", location=here)
    make.client("Ben Lee", location=there)
    workers.run_until_idle()
    held = make.staff("Priya Nair", "manager", locations=[here], only_location_id=here.id)
    client.sign_in(held)

    page = client.get(f"/sequences/{sequence.id}/results").text
    assert ">1</a>" in page.partition('class="sums"')[2].partition("</dl>")[0]
    people = client.get(f"/sequences/{sequence.id}/results/people?of=sent&step=hello").text
    assert "Ana Ruiz" in people
    assert "Ben Lee" not in people


@pytest.mark.parametrize("role", ["front_desk", "agent", "teacher"])
def test_who_may_not_see_sequences_sees_no_results(four: Sequence, client: Client, role: str) -> None:
    client.sign_in(make.staff(role_key=role))

    for path in ("results", "results/people", "results.csv", "goal"):
        assert client.get(f"/sequences/{four.id}/{path}").status_code == 403


def test_the_page_asks_as_much_for_many_as_for_few(
    live: Live, workers: Workers, monday: ModuleType, client: Client, owner: Staff
) -> None:
    sequence = live(HELLO, SPLIT, AGAIN, trigger="client.created")

    def asked() -> int:
        path = f"/sequences/{sequence.id}/results"
        client.get(path)
        with queries.counted() as found:
            assert client.get(path).status_code == 200
        return len(found)

    make.client()
    workers.run_until_idle()
    few = asked()
    for _number in range(9):
        make.client()
    workers.run_until_idle()
    assert asked() == few


# ---------------------------------------------------------------- elsewhere


def test_the_api_tells_results_and_conversions_by_step(four: Sequence, client: Client) -> None:
    _, token = tokens.create_token("Warehouse", ("sequences:read",))
    db.session.commit()
    bearer = {"Authorization": f"Bearer {token}"}

    found = client.get(f"/api/v1/sequences/{four.id}/results?from=2026-06-01&to=2026-06-30", headers=bearer).get_json()
    assert found["entered"] == 4
    assert (found["converted"], found["revenue_cents"], found["currency"]) == (1, 8900, "EUR")
    assert found["goal"] == {"what": "membership", "names": [], "days": 14}
    hello = next(one for one in found["steps"] if one["step_id"] == "hello")
    assert (hello["sent"], hello["arrived"], hello["opened"], hello["converted"]) == (4, 3, 2, 1)
    assert client.get(f"/api/v1/sequences/{four.id}/results?from=2026-07-01", headers=bearer).get_json()["entered"] == 0

    stats = client.get(f"/api/v1/sequences/{four.id}/stats", headers=bearer).get_json()["items"]
    assert next(one for one in stats if one["step_id"] == "hello")["converted"] == 1


def test_the_list_says_how_many_reached_the_goal(four: Sequence, client: Client) -> None:
    row = client.get("/sequences").text.partition(f'id="sequence-{four.id}"')[2].partition("</tr>")[0]

    assert "25 %" in row


def test_attribution_looks_no_further_back_than_any_goal() -> None:
    assert attribution.LONGEST.days == goals.MOST_DAYS


def test_tags_and_other_steps_reach_nobody(live: Live, workers: Workers, monday: ModuleType) -> None:
    live({"id": "mark", "do": "tag.add", "tags": ["New"]}, trigger="client.created")
    ana = make.client()
    workers.run_until_idle()
    monday.move(days=1)
    tag(ana, "Seen")
    buy(ana)
    workers.run_until_idle()

    assert owed() == []
    assert len(enrolments(ana)) == 1
