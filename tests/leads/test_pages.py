"""The leads page and the page of a lead."""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from werkzeug.test import TestResponse

from app.contacts import custom_fields, people
from app.db import db
from app.demo import make
from app.leads import board, queries, round_robin
from app.leads.models import NOT_CONVERTED, Lead
from tests.harness.client import Client
from tests.leads.conftest import HTMX, statements

Ask = Callable[..., TestResponse]


def names(page: TestResponse) -> list[str]:
    """The people on the page, in the order they stand."""
    return re.findall(r'<b[^>]*><a href="/leads/\d+">([^<]+)</a>', page.text)


@pytest.mark.req("LEAD-03")
def test_searching_leaves_only_those_who_match_and_shows_where_they_came_from(owner: Client) -> None:
    make.lead(make.contact("John Johnson"), from_source="Website form")
    make.lead(make.contact("Ana Silva", phone="+33612345678"))

    assert names(owner.get("/leads?q=johnson")) == ["John Johnson"]
    assert names(owner.get("/leads?q=06+12+34")) == ["Ana Silva"]
    assert names(owner.get("/leads?q=100%25")) == []
    assert "Website form" in owner.get("/leads?q=JOHN").text


@pytest.mark.req("LEAD-03")
@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("", ["Cleo Petit", "Ben Ali", "Ana Silva"]),
        ("?sort=name", ["Ana Silva", "Ben Ali", "Cleo Petit"]),
        ("?sort=-score", ["Ben Ali", "Cleo Petit", "Ana Silva"]),
        ("?status=open", ["Cleo Petit", "Ana Silva"]),
        ("?status=closed", ["Ben Ali"]),
        ("?created=7", ["Cleo Petit", "Ben Ali"]),
        ("?from=2026-03-01&to=2026-03-01", ["Ana Silva"]),
        ("?assignee=0", ["Cleo Petit", "Ben Ali", "Ana Silva"]),
        ("?hot=1", ["Ben Ali"]),
        ("?fraud=hidden", ["Cleo Petit", "Ben Ali"]),
        (
            "?stage=nonsense&source=99999999999999999999&from=yesterday&sort=password",
            ["Cleo Petit", "Ben Ali", "Ana Silva"],
        ),
    ],
)
def test_the_address_says_what_is_shown_and_in_which_order(
    owner: Client, clock: ModuleType, address: str, expected: list[str]
) -> None:
    clock.set("2026-03-01 10:00")
    make.lead(make.contact("Ana Silva", email=None), faults={"email": "ana@"})
    clock.set("2026-03-20 10:00")
    ben = make.lead(make.contact("Ben Ali"))
    board.set_status(ben, NOT_CONVERTED, by=make.staff())
    ben.contact.score, ben.contact.hot_since = 70, clock.now()
    clock.set("2026-03-21 10:00")
    make.lead(make.contact("Cleo Petit")).contact.score = 9

    assert names(owner.get("/leads" + address)) == expected


def test_a_long_list_goes_on_without_repeating_anybody(owner: Client) -> None:
    for number in range(70):
        make.lead(make.contact(f"Person {number:02}"))

    first = owner.get("/leads?sort=name")
    following = re.search(r'hx-get="(/leads/rows[^"]+)"', first.text)
    assert following is not None
    make.lead(make.contact("Aaron Early"))
    rest = owner.get(following[1].replace("&amp;", "&"), headers=HTMX)

    assert names(first) + names(rest) == [f"Person {number:02}" for number in range(70)]
    assert owner.get("/leads/rows?after=%F0%9F%A7%98", headers=HTMX).status_code == 400


def test_the_page_costs_the_same_for_one_lead_as_for_fifty(owner: Client) -> None:
    for view in ("table", "board"):
        make.lead(make.contact())
        owner.get(f"/leads?view={view}")
        with statements() as for_few:
            owner.get(f"/leads?view={view}")
        for _ in range(25):
            make.lead(make.contact(tags=["New"]), assignee=make.staff())
        with statements() as for_many:
            owner.get(f"/leads?view={view}")

        assert len(for_many) == len(for_few), f"the {view} asks more the more leads there are"
        assert len(for_many) < 30


def test_a_column_shows_twenty_cards_and_says_how_many_more(owner: Client) -> None:
    for _ in range(23):
        make.lead()

    page = owner.get("/leads?view=board")
    assert len(names(page)) == 20
    more = re.search(r'hx-get="(/leads/cards[^"]+)"[^>]*>3 more<', page.text)
    assert more is not None

    assert len(names(owner.get(more[1].replace("&amp;", "&"), headers=HTMX))) == 3


@pytest.mark.req("LEAD-09")
def test_moving_a_lead_answers_with_it_and_the_counts_only(ask: Ask) -> None:
    lead = make.lead(make.contact("Ana Silva"))
    contacted = queries.stage_named("Contacted")
    assert contacted is not None

    answer = ask(f"/leads/{lead.id}/stage", on="/leads?view=board", stage=contacted.id, rev=lead.rev)

    assert "<html" not in answer.text
    assert f'hx-target="#cards-{contacted.id}"' in answer.text
    assert f'hx-target="#lane-{contacted.id}-count" hx-swap="innerHTML">1<' in answer.text
    assert "Ana Silva is in Contacted now" in answer.headers["HX-Trigger"]
    assert db.session.get_one(Lead, lead.id).stage == contacted


def test_who_was_slower_is_told_where_the_lead_is_and_moves_nothing(ask: Ask) -> None:
    lead = make.lead(make.contact("Ana Silva"))
    stages = {stage.name: stage.id for stage in queries.all_stages()}
    seen = lead.rev
    ask(f"/leads/{lead.id}/stage", stage=stages["Contacted"], rev=seen)

    answer = ask(f"/leads/{lead.id}/stage", stage=stages["Won"], rev=seen)

    assert answer.status_code == 409
    assert "Ana Silva is now in Contacted" in answer.headers["HX-Trigger"]


@pytest.mark.req("LEAD-11")
def test_a_lead_is_assigned_from_its_row(ask: Ask) -> None:
    lead, dave = make.lead(), make.staff("Dave")

    answer = ask(f"/leads/{lead.id}/assignee", on="/leads", assignee=dave.id)

    assert f'hx-target="#lead-{lead.id}"' in answer.text
    assert "Dave" in answer.text
    assert db.session.get_one(Lead, lead.id).assignee == dave


@pytest.mark.req("LEAD-16", "GEN-05")
def test_a_closed_lead_stays_listed_and_reads_closed(owner: Client, ask: Ask) -> None:
    lead = make.lead(make.contact("John Johnson"))

    ask(f"/leads/{lead.id}/status", status=NOT_CONVERTED)

    page = owner.get("/leads")
    assert names(page) == ["John Johnson"]
    assert "Closed" in page.text
    assert ask(f"/leads/{lead.id}/status", status="converted").status_code == 422


@pytest.mark.req("LEAD-04", "LEAD-12")
def test_a_lead_is_added_by_hand_with_dashboard_as_its_source(owner: Client, ask: Ask) -> None:
    round_robin.choose_members([dave := make.staff("Dave")])
    round_robin.switch(on=True)
    form = owner.get("/leads/new", headers=HTMX)
    dashboard = queries.built_in_source("dashboard")
    assert f'<option selected value="{dashboard.id}">' in form.text

    answer = ask(
        "/leads/new",
        first_name="John", last_name="Johnson", email="john@x.org", phone="", note="Called",
        source=dashboard.id, stage=queries.first_stage().id, assignee=0,
    )  # fmt: skip

    john = people.find_contact(people.Details(email="john@x.org"))
    assert john is not None
    lead = queries.leads_of(john.id)[0]
    assert (lead.contact.name, lead.source, lead.is_open, lead.assignee) == ("John Johnson", dashboard, True, dave)
    assert answer.headers["HX-Location"] == f"/leads/{lead.id}"


@pytest.mark.req("LEAD-05")
def test_a_lead_of_somebody_we_know_begins_with_what_we_know(owner: Client) -> None:
    ana = make.contact("Ana Silva", email="ana@x.org")

    form = owner.get(f"/leads/new?contact_id={ana.id}", headers=HTMX)

    assert 'value="Ana"' in form.text
    assert 'value="ana@x.org"' in form.text


@pytest.mark.req("LEAD-19", "LEAD-20")
def test_correcting_the_address_takes_the_mark_off(owner: Client, ask: Ask) -> None:
    lead = make.lead(make.contact("Ana Silva", email=None, phone=None), faults={"email": "ana@"})
    assert "Probably fraudulent: the e-mail address ana@ cannot be used" in owner.get("/leads").text
    assert 'value="ana@"' in owner.get(f"/leads/{lead.id}/details", headers=HTMX).text

    ask(f"/leads/{lead.id}/details", first_name="Ana", last_name="Silva", email="ana@x.org", phone="", note="")

    assert lead.contact.email == "ana@x.org"
    assert "Probably fraudulent" not in owner.get("/leads").text


def test_an_address_of_somebody_else_is_refused_at_its_field(ask: Ask) -> None:
    make.contact("Ben Ali", email="ben@x.org")
    lead = make.lead(make.contact("Ana Silva", email="ana@x.org"))

    answer = ask(f"/leads/{lead.id}/details", first_name="Ana", email="ben@x.org", phone="", note="")

    assert answer.status_code == 422
    assert "This is already the address of Ben Ali." in answer.text
    assert lead.contact.email == "ana@x.org"


@pytest.mark.parametrize("name", ["N" * 1_000_000, "🧘‍♀️" * 300])
def test_a_name_beyond_measure_is_refused_at_its_field(ask: Ask, name: str) -> None:
    answer = ask("/leads/new", first_name=name, source=1, stage=1, assignee=0)

    assert answer.status_code == 422
    assert "At most 200 characters." in answer.text


def test_names_of_every_script_are_shown_as_they_are(owner: Client) -> None:
    make.lead(make.contact("👩‍🦰 مريم الزهراء <b>"))

    page = owner.get("/leads").text

    assert "👩‍🦰 مريم الزهراء &lt;b&gt;" in page


@pytest.mark.req("LEAD-14", "LEAD-10", "GEN-02")
def test_the_page_of_a_lead_says_whose_it_is_and_what_happened(owner: Client) -> None:
    custom_fields.create_field("Goal", "text")
    john = make.contact("John Johnson")
    make.lead(john, from_source="Flyer")
    lead = make.lead(john, from_source="Website form", assignee=make.staff("Dave"), custom={"goal": "Sleep better"})

    page = owner.get(f"/leads/{lead.id}").text

    assert re.search(r'<option value="\d+" selected>Dave</option>', page)
    assert "Sleep better" in page
    assert "New lead from Website form" in page
    assert "Other leads of John" in page


@pytest.mark.req("ROLE-03")
def test_an_agent_sees_the_leads_that_are_theirs(client: Client) -> None:
    tom = make.staff("Tom", "agent")
    make.lead(make.contact("Ana Silva"), assignee=tom)
    other = make.lead(make.contact("Ben Ali"))
    client.sign_in(tom)

    assert names(client.get("/leads")) == ["Ana Silva"]
    assert client.get(f"/leads/{other.id}").status_code == 404
    assert client.get("/leads/settings").status_code == 403


@pytest.mark.req("ROLE-05")
def test_who_is_kept_to_one_location_sees_its_leads_and_those_of_none(client: Client) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    make.lead(make.contact("Ana Lyon", location=lyon))
    other = make.lead(make.contact("Ben Paris", location=paris))
    make.lead(make.contact("Cleo Anywhere"))
    client.sign_in(make.staff(only_location_id=lyon.id))

    assert names(client.get("/leads")) == ["Cleo Anywhere", "Ana Lyon"]
    assert client.get(f"/leads/{other.id}").status_code == 404
    assert client.post(f"/leads/{other.id}/stage", data={"stage": 1}).status_code == 404


def test_news_are_only_the_leads_the_page_does_not_know(owner: Client) -> None:
    make.lead(make.contact("Ana Silva"))
    listener = re.search(r'hx-get="(/leads/news[^"]+)"', owner.get("/leads?q=a").text)
    assert listener is not None
    make.lead(make.contact("Ben Ali"))
    make.lead(make.contact("Otto Kloss", email="otto@x.org"))

    news = owner.get(listener[1].replace("&amp;", "&"), headers=HTMX)

    assert names(news) == ["Ben Ali"]
    assert 'hx-target="#lead-rows" hx-swap="afterbegin"' in news.text
