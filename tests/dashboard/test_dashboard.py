"""The dashboard: whom to help next, and real figures only."""

from __future__ import annotations

import re
from datetime import timedelta
from types import ModuleType

import pytest
from sqlalchemy import select

from app.contacts.models import Contact
from app.dashboard import figures
from app.db import db
from app.demo import make
from app.leads import conversion
from app.lifecycle.models import LifecycleStage
from app.messaging.models import Conversation, Message
from app.staff.models import Staff
from app.staff.studio import Studio, put, studio
from tests.harness.client import Client
from tests.tasks.test_pages import counted

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ines(client: Client) -> Staff:
    made = make.staff("Inès Garnier", "owner")
    client.sign_in(made)
    return made


def conversation(of: Contact, state: str = "open", **more: object) -> Conversation:
    made = Conversation(contact_id=of.id, state=state, last_at=of.created_at, snippet="Do I bring a mat?", **more)
    db.session.add(made)
    db.session.flush()
    return made


def sent(to: Contact, at: object, channel: str = "email", **more: object) -> None:
    db.session.add(
        Message(
            contact_id=to.id,
            channel=channel,
            category="sequence",
            status="sent",
            queued_at=at,
            due_at=at,
            sent_at=at,
            **more,
        )
    )
    db.session.flush()


def stage(key: str) -> LifecycleStage:
    return db.session.scalars(select(LifecycleStage).where(LifecycleStage.key == key)).one()


def shown_cards(page: str) -> list[tuple[str, list[int]]]:
    """Each card as it reads: the stage, and its four figures."""
    cards = re.findall(r'<article class="mcard".*?</article>', page, re.DOTALL)
    words = [re.sub(r"<[^>]+>", " ", card) for card in cards]
    return [
        (" ".join(re.findall(r"[A-Za-z]{3,}", text)[:2]), [int(n) for n in re.findall(r"\d+", text)]) for text in words
    ]


@pytest.mark.req("DASH-01")
def test_each_stage_has_a_card_but_the_lost_ones(client: Client, ines: Staff) -> None:
    make.contact("Ana Bell")
    lost = make.contact("Bea Cole")
    lost.lifecycle_stage = stage("cold_lead")
    make.contact("Cleo Dee").lifecycle_stage = stage("customer")
    db.session.flush()

    cards = figures.stage_cards(ines)

    assert [(card.stage.key, card.people) for card in cards] == [
        ("new_lead", 1),
        ("hot_lead", 0),
        ("payment", 0),
        ("customer", 1),
    ]
    assert len(shown_cards(client.get("/dashboard").text)) == 4


@pytest.mark.req("DASH-02")
def test_a_card_counts_its_conversations_and_follows_when_one_is_closed(client: Client, ines: Staff) -> None:
    mine = conversation(make.contact("Ana"), assignee_id=ines.id)
    conversation(make.contact("Bea"))
    conversation(make.contact("Cleo"), "snoozed")
    conversation(make.contact("Dora"), "closed")
    gone = make.contact("Eve")
    gone.lifecycle_stage = stage("cold_lead")
    conversation(gone)

    page = client.get("/dashboard/lifecycle", headers=PARTIAL).text
    assert "every 20s" in page
    assert shown_cards(page)[0][1] == [4, 2, 1, 1]

    mine.state = "closed"
    assert shown_cards(client.get("/dashboard/lifecycle", headers=PARTIAL).text)[0][1] == [4, 1, 1, 1]


def test_whom_to_help_next_stands_on_top_the_longest_wait_first(client: Client, ines: Staff) -> None:
    ana, bea = make.contact("Ana Bell"), make.contact("Bea Cole")
    conversation(ana, waiting_since=ana.created_at - timedelta(hours=1))
    conversation(bea, waiting_since=bea.created_at - timedelta(hours=5))
    conversation(make.contact("Answered Once"))
    make.hot_contact("Hot Hannah", 30)
    make.task("Call Camille", assignee=ines)

    people, number = figures.waiting(ines, 5)
    page = client.get("/").text

    assert ([one.contact.name for one in people], number) == (["Bea Cole", "Ana Bell"], 2)
    assert page.index("Bea Cole") < page.index("Ana Bell") < page.index("Hot Hannah") < page.index("Call Camille")
    assert page.index("Call Camille") < page.index("New leads")
    assert "Answered Once" not in page


@pytest.mark.req("LEAD-18")
def test_new_leads_are_counted_by_source_with_those_converted(client: Client, ines: Staff, clock: ModuleType) -> None:
    clock.set("2026-09-01 09:00", zone="Europe/Paris")
    make.lead(from_source="Website form")
    clock.set("2026-11-23 09:00", zone="Europe/Paris")
    leads = [make.lead(from_source="Website form") for _ in range(4)] + [make.lead(from_source="Walk-in")]
    conversion.convert_open_leads(leads[0].contact, by=ines, item_kind="subscription")
    db.session.flush()

    lines = figures.sources(clock.now() - timedelta(days=30), ines)

    assert [(line.source.name, line.leads, line.converted, line.share) for line in lines] == [
        ("Website form", 4, 1, 0.25),
        ("Walk-in", 1, 0, 0.0),
    ]
    assert "25 %" in client.get("/").text


def test_messages_fall_into_the_days_of_the_studio(app: object, clock: ModuleType) -> None:
    ines = make.staff("Inès", "owner")
    ana = make.contact()
    clock.set("2026-11-23 12:00", zone="Europe/Paris")
    now = clock.now()
    for local, channel in [("2026-11-21 23:30", "email"), ("2026-11-22 00:30", "sms"), ("2026-11-23 09:00", "email")]:
        clock.set(local, zone="Europe/Paris")
        sent(ana, clock.now(), channel)
    sent(ana, now, opened_at=now)

    clock.set(now)
    traffic = figures.traffic(now - timedelta(days=2), now, studio().tz, ines)

    assert [(day.on.day, dict(day.sent)) for day in traffic.days] == [
        (21, {"email": 1}),
        (22, {"sms": 1}),
        (23, {"email": 2}),
    ]
    assert (traffic.total, traffic.opened, traffic.busiest) == (4, 1, 2)


def test_an_empty_studio_has_a_dashboard_that_says_what_will_stand_there(client: Client, ines: Staff) -> None:
    page = client.get("/").text

    for said in ("Everybody has an answer.", "Nobody is hot right now.", "All done for today.", "No new leads"):
        assert said in page


def test_a_new_studio_is_shown_its_first_steps_until_they_are_done_or_put_away(client: Client, ines: Staff) -> None:
    page = client.get("/").text
    assert "First steps" in page
    assert "1 of 6 done" in page  # the tests have a mail server
    assert re.search(r'href="/settings/general"[^>]*aria-current="step"', page)

    make.lead_form()
    make.client("Ana Duarte")
    make.staff("Léa Fontaine")
    put("studio", Studio(name="Maison Souffle", email="hello@souffle.example", address="3 rue des Tables Claudiennes"))
    page = client.get("/").text
    assert "5 of 6 done" in page
    assert re.search(r'href="/sequences/templates"[^>]*aria-current="step"', page)

    answer = client.post("/dashboard/first-steps/dismissal")
    assert answer.status_code == 303
    assert "First steps" not in client.get("/").text


@pytest.mark.parametrize(("key", "shown"), [("manager", "of 5 done"), ("front_desk", None)])
def test_the_first_steps_are_those_one_may_take(client: Client, key: str, shown: str | None) -> None:
    client.sign_in(make.staff("Somebody", key))

    page = client.get("/").text

    assert ("First steps" in page) == (shown is not None)
    assert shown is None or shown in page


@pytest.mark.parametrize(("key", "status"), [("owner", 200), ("front_desk", 200), ("agent", 303), ("teacher", 303)])
def test_who_has_no_dashboard_arrives_at_their_tasks(client: Client, key: str, status: int) -> None:
    client.sign_in(make.staff("Somebody", key))

    response = client.get("/")

    assert response.status_code == status
    assert status == 200 or response.headers["Location"] == "/tasks"


def test_the_dashboard_asks_as_little_of_the_database_for_many_as_for_few(client: Client, ines: Staff) -> None:
    def statements() -> int:
        client.get("/")
        with counted() as seen:
            assert client.get("/").status_code == 200
        return len(seen)

    def some(number: int) -> None:
        for n in range(number):
            one = make.hot_contact(f"Ana {n}", 12)
            conversation(one, waiting_since=one.created_at)
            make.lead(one, from_source=f"Source {n}")
            make.task("Call", assignee=ines, contact=one)

    some(2)
    few = statements()
    some(4)

    assert statements() == few
    assert few <= 30


@pytest.mark.req("INB-13", "DASH-02")
def test_each_figure_of_a_card_leads_to_just_those_conversations(client: Client, ines: Staff) -> None:
    here, elsewhere = make.contact("Ana Bell"), make.contact("Bea Cole")
    elsewhere.lifecycle_stage = stage("payment")
    for one in (here, elsewhere):
        conversation(one)

    page = client.get("/dashboard").text
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/inbox[^"]*stage=[^"]*)"', page)]

    assert "/inbox?view=unassigned&stage=payment" in links
    for link in links:
        assert client.get(link).status_code == 200
    shown = client.get("/inbox?view=unassigned&stage=payment").text
    assert ("Bea Cole" in shown, "Ana Bell" in shown) == (True, False)
