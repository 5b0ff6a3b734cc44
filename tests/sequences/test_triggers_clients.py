"""What starts a sequence about clients and leads: how they came, their dates, their calls, their absence."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from app.contacts import custom_fields, people, segments, tags
from app.contacts.models import Contact
from app.contacts.people import Details
from app.db import db
from app.demo import make
from app.leads import board
from app.leads.queries import stage_named
from app.rules import RuleUse
from app.sequences import publishing
from app.sequences.dates import falls_on
from app.tasks.models import Task
from tests.harness.client import Client
from tests.harness.twilio import TwilioStandIn
from tests.sequences.business import NOW, Business, acted, due
from tests.sequences.conftest import enrolments, messages


@pytest.mark.req("TRG-25", "TRG-31", "CUS-03")
def test_added_to_the_client_list_and_first_purchase(business: Business) -> None:
    added, new = business.sequence("client.created_from_dashboard"), business.sequence("client.created")
    ana, _is_new = people.add_client(Details(first_name="Ana"), by=make.SYSTEM)
    ben, lead = make.contact(), make.lead().contact
    business.tell("membership.purchased", ben, membership="Monthly")
    business.at("2026-06-01 11:00")

    assert [len(acted(one, added)) for one in (ana, ben, lead)] == [1, 0, 0]
    assert [len(acted(one, new)) for one in (ana, ben, lead)] == [1, 1, 0]


@pytest.mark.req("TRG-26")
def test_a_referral_counts_through_the_link_only(business: Business) -> None:
    referred = business.sequence("client.referred")
    ana, ben = make.contact(), make.contact()
    business.tell("client.referred", ana, referrer="Léa Roy", via="link")
    business.tell("client.referred", ben, referrer="Léa Roy", via="dashboard")

    assert [len(acted(one, referred)) for one in (ana, ben)] == [1, 0]


def born(field: str, on: str, **more: Any) -> Contact:
    """Somebody with a date in a field of this name."""
    known = {one.name: one for one in custom_fields.all_fields()}
    made = known.get(field) or custom_fields.create_field(field, "date")
    someone = make.contact(custom={made.key: on}, **more)
    db.session.commit()
    return someone


@pytest.mark.req("TRG-27", "WRK-03", "GEN-11")
def test_a_birthday_comes_every_year_at_nine(business: Business) -> None:
    birthday = business.sequence("client.birthday")
    ana, ben = born("ANNIVERSAIRE", "1990-03-21"), born("Membership anniversary", "2020-03-21")
    for local in ("2027-03-21 08:59", "2027-03-21 09:00", "2027-03-21 09:01", "2027-03-22 09:00", "2028-03-21 09:00"):
        business.at(local)

    assert acted(ana, birthday) == ["2027-03-21 09:00", "2028-03-21 09:00"]
    assert acted(ben, birthday) == []


@pytest.mark.req("TRG-27", "GEN-06")
def test_nine_is_nine_where_somebody_lives(business: Business) -> None:
    birthday = business.sequence("client.birthday")
    auckland = make.location("Auckland")
    auckland.zone = "Pacific/Auckland"
    ana = born("Birthday", "1990-03-21", location=auckland)
    business.at("2027-03-20 20:59")
    assert acted(ana, birthday) == []
    business.at("2027-03-20 21:00")

    assert acted(ana, birthday) == ["2027-03-20 21:00"], "20:00 UTC, 09:00 on the 21st in Auckland"


@pytest.mark.req("TRG-27")
def test_the_29th_of_february_comes_on_the_28th_in_other_years(business: Business) -> None:
    birthday = business.sequence("client.birthday")
    ana = born("Birthday", "2000-02-29")
    for local in ("2027-02-28 09:00", "2027-03-01 09:00", "2028-02-28 09:00", "2028-02-29 09:00"):
        business.at(local)

    assert acted(ana, birthday) == ["2027-02-28 09:00", "2028-02-29 09:00"]


@pytest.mark.req("TRG-27", "WRK-04")
def test_a_birthday_during_an_outage_is_caught_up_once(business: Business) -> None:
    birthday = business.sequence("client.birthday")
    ana = born("Birthday", "1990-03-21")
    business.at("2027-03-21 08:00")
    business.while_stopped("2027-03-21 13:00")
    business.at("2027-03-21 13:00")
    business.at("2027-03-21 13:05")

    assert acted(ana, birthday) == ["2027-03-21 13:00"]


@pytest.mark.req("TRG-28", "CUS-05")
@pytest.mark.parametrize(
    ("mode", "days"),
    [
        ("exact", ["2027-03-21"]),
        ("yearly", ["2027-03-21", "2028-03-21"]),
        ("monthly", ["2027-02-21", "2027-03-21", "2027-04-21", "2028-03-21"]),
    ],
)
def test_a_date_comes_exactly_every_year_or_every_month(business: Business, mode: str, days: list[str]) -> None:
    ana = born("Membership anniversary", "2027-03-21")
    came = business.sequence("client.date_field", filters={"field": "membership anniversary", "mode": mode})
    for day in ("2027-02-20", "2027-02-21", "2027-03-21", "2027-04-21", "2028-03-21", "2028-03-22"):
        business.at(f"{day} 08:00")
        business.at(f"{day} 09:00")

    assert acted(ana, came) == [f"{day} 09:00" for day in days]


@pytest.mark.req("TRG-28")
@pytest.mark.parametrize(("day", "stands_in_for"), [("2027-02-28", [28, 29, 30, 31]), ("2027-04-30", [30, 31])])
def test_the_31st_of_every_month_is_the_last_day_of_shorter_ones(day: str, stands_in_for: list[int]) -> None:
    assert [number for _year, _month, number in falls_on(date.fromisoformat(day), "monthly")] == stands_in_for


@pytest.mark.req("TRG-29")
def test_an_intake_form_of_any_kind_or_one(business: Business) -> None:
    every, chosen = (
        business.sequence("intake.submitted"),
        business.sequence("intake.submitted", filters={"form": "Health questions"}),
    )
    ana, ben = make.contact(), make.contact()
    business.tell("intake.submitted", ana, form="Health questions")
    business.tell("intake.submitted", ben, form="Goals")

    assert [len(acted(ana, one)) for one in (every, chosen)] == [1, 1]
    assert [len(acted(ben, one)) for one in (every, chosen)] == [1, 0]


@pytest.mark.req("TRG-30", "TRG-36")
@pytest.mark.parametrize(("outcome", "counts"), [("missed", 1), ("voicemail", 1), ("answered", 0)])
def test_a_missed_call_counts_for_clients_and_for_leads(business: Business, outcome: str, counts: int) -> None:
    of_clients, of_leads = business.sequence("call.missed"), business.sequence("lead.call_missed")
    client, lead, stranger = make.client(), make.lead().contact, make.contact()
    both = make.lead(make.client()).contact
    for one in (client, lead, stranger, both):
        business.tell("call.received", one, outcome=outcome)

    assert [len(acted(one, of_clients)) for one in (client, lead, stranger, both)] == [counts, 0, 0, counts]
    assert [len(acted(one, of_leads)) for one in (client, lead, stranger, both)] == [0, counts, 0, counts]


@pytest.mark.req("TRG-36", "TASK-10")
def test_one_missed_call_makes_a_task_and_an_apology(business: Business, twilio: TwilioStandIn) -> None:
    business.sequence(
        "lead.call_missed",
        {"id": "call", "do": "task", "title": "Call {{first_name}} back", "assign": {"role": "Front desk"}},
        {"id": "sorry", "do": "sms", "body": "Sorry we missed you, ##{{first_name}}"},
    )
    lead = make.lead(make.contact("Ana Duval"))
    business.tell("call.received", lead.contact, outcome="voicemail")

    [task] = db.session.query(Task).filter_by(contact_id=lead.contact_id).all()
    assert (task.title, task.lead_id) == ("Call Ana back", lead.id)
    assert [one.text for one in messages(lead.contact)] == ["Sorry we missed you, Ana"]
    assert enrolments(lead.contact)[0].lead_id == lead.id


@pytest.mark.req("TRG-32", "ACT-13")
def test_a_tag_counts_by_hand_or_by_a_sequence_and_not_when_there_already(business: Business) -> None:
    vip = business.sequence("tag.added", filters={"tag": "vip"})
    business.sequence("class.booked", {"id": "tag", "do": "tag.add", "tags": ["VIP"]})
    ana, ben = make.contact(), make.contact()
    for _ in range(2):
        tags.add_tags([ana.id], tags.find_or_create_tags(["VIP"]), by=make.SYSTEM)
        business.tell("class.booked", ben, class_name="Hatha")
    tags.add_tags([ana.id], tags.find_or_create_tags(["Regular"]), by=make.SYSTEM)
    business.at("2026-06-01 11:00")

    assert [len(acted(one, vip)) for one in (ana, ben)] == [1, 1]


@pytest.mark.req("TRG-34")
def test_a_lead_of_one_source_and_of_one_item(business: Business) -> None:
    of_website = business.sequence("lead.created", filters={"source": ["Website form"]})
    make.source("Abandoned checkout")
    of_pack = business.sequence("lead.created", filters={"source": "Abandoned checkout", "item": "Ten classes"})
    of_kind = business.sequence("lead.created", filters={"source": "Abandoned checkout", "item_kind": "pack"})
    website = make.lead().contact
    pack = make.lead(from_source="Abandoned checkout", item_kind="pack", item="Ten classes").contact
    other = make.lead(from_source="Abandoned checkout", item_kind="subscription", item="Monthly").contact
    business.at("2026-06-01 11:00")

    started = [[len(acted(one, each)) for each in (of_website, of_pack, of_kind)] for one in (website, pack, other)]
    assert started == [[1, 0, 0], [0, 1, 1], [0, 0, 0]]


@pytest.mark.req("TRG-35")
def test_another_stage_counts_and_the_same_stage_does_not(business: Business) -> None:
    any_stage, contacted = (
        business.sequence("lead.stage_changed"),
        business.sequence("lead.stage_changed", filters={"stage": "Contacted"}),
    )
    lead, stage = make.lead(), stage_named("Contacted")
    assert stage is not None
    for _ in range(2):
        board.move_lead(lead, stage, by=make.SYSTEM)
    business.at("2026-06-01 11:00")

    assert [len(acted(lead.contact, one)) for one in (any_stage, contacted)] == [1, 1]


FORTNIGHT = NOW | {"wait": {"days": 14}}


def visited(business: Business, of: Contact, local: str) -> None:
    business.at(local)
    business.tell("class.visited", of, class_name="Hatha")


@pytest.mark.req("TRG-33", "WRK-03")
def test_winback_counts_from_the_last_visit_and_a_later_one_moves_it(business: Business) -> None:
    winback = business.sequence("client.winback", FORTNIGHT)
    ana, ben = make.contact(), make.contact()
    visited(business, ana, "2026-06-01 18:00")
    visited(business, ben, "2026-06-01 18:00")
    visited(business, ana, "2026-06-10 18:00")
    assert enrolments(ana) == enrolments(ben) == [], "nobody is in before the first action is due"
    for local in ("2026-06-15 17:59", "2026-06-15 18:00", "2026-06-24 18:00", "2026-07-30 18:00"):
        business.at(local)

    assert acted(ben, winback) == ["2026-06-15 18:00"]
    assert acted(ana, winback) == ["2026-06-24 18:00"]


@pytest.mark.req("TRG-33")
def test_each_action_says_how_long_after_the_last_visit(business: Business) -> None:
    later = {"id": "later", "do": "tag.add", "tags": ["Gone"], "wait": {"days": 30, "from": "trigger"}}
    winback = business.sequence("client.winback", FORTNIGHT, later)
    ana = make.contact()
    visited(business, ana, "2026-06-01 18:00")
    business.at("2026-06-15 18:00")

    assert due(ana, winback) == ["2026-07-01 18:00"]


@pytest.mark.req("TRG-33")
def test_a_visit_ends_the_run_and_starts_the_count_again(business: Business) -> None:
    later = {"id": "later", "do": "tag.add", "tags": ["Gone"], "wait": {"days": 30, "from": "trigger"}}
    winback = business.sequence("client.winback", FORTNIGHT, later)
    ana = make.contact()
    visited(business, ana, "2026-06-01 18:00")
    business.at("2026-06-15 18:00")
    business.at("2026-06-20 18:00")
    business.tell("appointment.visited", ana, service="Massage")
    assert [(run.status, run.reason) for run in enrolments(ana)] == [("exited", "came_back:2026-06-20")]
    business.at("2026-07-04 18:00")

    assert acted(ana, winback) == ["2026-06-15 18:00", "2026-07-04 18:00"]
    assert acted(ana, winback, "later") == []


@pytest.mark.req("TRG-33", "SEQ-18")
def test_activation_takes_in_nobody_who_has_been_away_for_longer(business: Business) -> None:
    winback = business.sequence("client.winback", FORTNIGHT, active=False)
    ana, ben = make.contact(), make.contact()
    visited(business, ana, "2026-06-01 18:00")
    visited(business, ben, "2026-06-10 18:00")
    business.at("2026-06-20 18:00")
    publishing.activate(winback)
    for local in ("2026-06-20 18:05", "2026-06-24 18:00"):
        business.at(local)

    assert acted(ana, winback) == []
    assert acted(ben, winback) == ["2026-06-24 18:00"]


@pytest.mark.req("TRG-33", "ENR-09", "ENR-08")
def test_single_enrolment_counts_absences_and_not_visits(business: Business) -> None:
    winback = business.sequence("client.winback", FORTNIGHT, single_enrolment=True)
    ana = make.contact()
    for local in ("2026-06-01 18:00", "2026-06-08 18:00", "2026-06-30 18:00"):
        visited(business, ana, local)
        business.at(local[:8] + "22 18:00" if local.startswith("2026-06-08") else local)
    business.at("2026-07-14 18:00")

    assert acted(ana, winback) == ["2026-06-22 18:00"]


@pytest.mark.req("EXIT-10", "TRG-33")
@pytest.mark.parametrize(
    ("kind", "said"),
    [("class.booked", {"class_name": "Yin"}), ("purchase.made", {"item": "One class", "item_kind": "class"})],
)
def test_a_purchase_or_a_booking_ends_a_winback(business: Business, kind: str, said: dict[str, str]) -> None:
    exits = [{"rule": rule, "since": "enrolment"} for rule in ("purchase.made", "booking.made")]
    business.sequence("client.winback", FORTNIGHT, NOW | {"id": "b", "wait": {"days": 7}}, exits=exits)
    ana = make.contact()
    visited(business, ana, "2026-06-01 18:00")
    business.at("2026-06-15 18:00")
    assert [run.status for run in enrolments(ana)] == ["active"]
    business.tell(kind, ana, **said)

    assert [run.status for run in enrolments(ana)] == ["exited"]


@pytest.mark.req("EXIT-11", "TRG-26")
def test_a_second_visit_ends_the_following_of_a_referral(business: Business) -> None:
    exits = [{"rule": "visits.count", "op": ">=", "value": 2}]
    business.sequence("client.referred", NOW | {"wait": {"days": 5}}, exits=exits)
    ana = make.contact()
    business.tell("client.referred", ana)
    statuses = []
    for day in (2, 3):
        visited(business, ana, f"2026-06-0{day} 18:00")
        statuses.append(enrolments(ana)[0].status)

    assert statuses == ["active", "exited"]


def test_coming_into_a_segment_counts_and_being_in_it_does_not(business: Business) -> None:
    regulars = RuleUse(rule="tag.has", value="Regular")
    segments.save("Regulars", segments.CONTACTS, [regulars])
    regular = tags.find_or_create_tags(["Regular"])
    old, new = make.contact(tags=["Regular"]), make.contact()
    came = business.sequence("segment.entered", filters={"segment": "regulars"})
    business.at("2026-06-01 10:01")
    tags.add_tags([new.id], regular, by=make.SYSTEM)
    for local in ("2026-06-01 10:02", "2026-06-01 10:04"):
        business.at(local)
    assert acted(new, came) == ["2026-06-01 10:02"]
    tags.remove_tags([new.id], regular, by=make.SYSTEM)
    business.at("2026-06-02 10:00")
    tags.add_tags([new.id], regular, by=make.SYSTEM)
    business.at("2026-06-02 12:00")

    assert acted(new, came) == ["2026-06-01 10:02", "2026-06-02 12:00"]
    assert acted(old, came) == []


def test_a_segment_keeps_its_name_while_a_sequence_watches_it(business: Business, client: Client) -> None:
    segment = segments.save("Regulars", segments.CONTACTS, [RuleUse(rule="tag.has", value="Regular")])
    watching = business.sequence("segment.entered", filters={"segment": "regulars"})
    client.sign_in(make.staff("Inès Garnier", "owner"))
    address = f"/segments/{segment.id}"

    assert watching.title in client.get("/segments/contacts/all").text
    refused = [
        client.post(f"{address}/name", data={"name": "Old hands"}),
        client.post(f"{address}/deletion"),
    ]
    assert [one.status_code for one in refused] == [409, 409]
    assert "Pause it first" in refused[0].text
    assert client.post(f"{address}/name", data={"name": "REGULARS"}).status_code == 303

    publishing.pause(watching)
    assert watching.title not in client.get("/segments/contacts/all").text
    assert client.post(f"{address}/deletion").status_code == 303
