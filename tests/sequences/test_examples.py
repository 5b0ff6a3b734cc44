"""The worked examples of the requirements, with their numbers, where no other test tells them."""

from __future__ import annotations

import re
from datetime import time, timedelta
from types import ModuleType

import pytest
from flask import Flask
from sqlalchemy import select

from app.contacts import tags
from app.db import db
from app.demo import make
from app.leads.models import Lead
from app.sequences import checking, drafts, enrolling, formats, hours, publishing
from app.sequences.models import Refused
from app.staff.models import Staff
from app.studio import items
from tests.harness.client import Client
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.business import Business, acted, due
from tests.sequences.conftest import Live, buy_membership, enrolments, messages, only, post, tag, trace

SMS = {"id": "sms", "do": "sms", "body": "Hi"}
BOUGHT = {"rule": "membership.purchased", "since": "enrolment"}
MEMBER = {"id": "member", "if": {"rules": [{"rule": "membership.active"}]}, "then": [], "else": [SMS]}


@pytest.mark.req("CND-06")
def test_a_condition_after_two_days_sees_a_membership_of_the_first_day(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    live(MEMBER | {"wait": {"days": 2}})
    buyer, other = make.lead().contact, make.lead().contact
    workers.run_until_idle()
    monday.move(days=1)
    post("membership.purchased", buyer, membership="Monthly", membership_id="m1")
    workers.run_until_idle()
    monday.move(days=1)
    workers.run_until_idle()

    assert [trace(only(one))[0][:2] for one in (buyer, other)] == [("member", "true"), ("member", "false")]
    assert [len(messages(one)) for one in (buyer, other)] == [0, 1]


@pytest.mark.req("CND-01")
def test_with_only_a_true_branch_whoever_fails_finishes_without_action(live: Live, workers: Workers) -> None:
    live({"id": "keen", "if": {"rules": [{"rule": "tag.has", "value": "Keen"}]}, "then": [SMS]})
    ana = make.lead().contact
    workers.run_until_idle()

    assert (only(ana).status, trace(only(ana)), messages(ana)) == ("completed", [("keen", "false", "")], [])


@pytest.mark.req("CND-04")
def test_three_visits_are_three_whatever_is_booked_besides(business: Business) -> None:
    three = {"id": "three", "if": {"rules": [{"rule": "visits.count", "op": ">=", "value": 3}]}}
    tagged = three | {"then": [{"id": "now", "do": "tag.add", "tags": ["Three"]}]}
    asked = business.sequence("api.event", tagged)
    ana, ben = make.contact(), make.contact()
    for someone, visits in ((ana, 3), (ben, 2)):
        for number in range(5):
            booking = f"{someone.id}-{number}"
            business.tell("class.booked", someone, class_name="Hatha", booking_id=booking)
            if number < visits:
                business.tell("class.visited", someone, class_name="Hatha", booking_id=booking)
        business.tell("api.event", someone, name="ask")

    assert [len(acted(one, asked)) for one in (ana, ben)] == [1, 0]


@pytest.mark.req("CND-05")
@pytest.mark.parametrize(
    ("then", "is_active"),
    [
        ((), True),
        (("membership.expired",), False),
        (("subscription.cancelled",), False),
        (("membership.paused",), False),
    ],
)
def test_a_membership_is_active_until_it_expires_is_cancelled_or_paused(
    business: Business, then: tuple[str, ...], *, is_active: bool
) -> None:
    asked = business.sequence("api.event", MEMBER | {"then": [{"id": "now", "do": "tag.add", "tags": ["Member"]}]})
    ana = make.contact()
    business.tell("membership.purchased", ana, membership="Monthly", membership_id="m1")
    for kind in then:
        business.tell(kind, ana, membership="Monthly", membership_id="m1")
    business.tell("api.event", ana, name="ask")

    assert bool(acted(ana, asked)) is is_active


@pytest.mark.req("CND-05")
def test_a_pack_is_a_membership_while_it_has_credits(business: Business) -> None:
    asked = business.sequence("api.event", MEMBER | {"then": [{"id": "now", "do": "tag.add", "tags": ["Member"]}]})
    full, empty = make.contact(), make.contact()
    business.tell("membership.purchased", full, membership="Ten", membership_id="p1", kind="pack", credits=10)
    business.tell("membership.purchased", empty, membership="Ten", membership_id="p2", kind="pack", credits=0)
    for one in (full, empty):
        business.tell("api.event", one, name="ask")

    assert [len(acted(one, asked)) for one in (full, empty)] == [1, 0]


@pytest.mark.req("EXIT-02")
def test_a_membership_bought_a_minute_before_a_step_prevents_it(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    live(SMS | {"wait": {"days": 1}}, exits=[BOUGHT])
    ana, ben = make.lead().contact, make.lead().contact
    workers.run_until_idle()
    monday.move(hours=23, minutes=59)
    buy_membership(ana)
    monday.move(minutes=1)
    workers.run_until_idle()

    assert [(only(one).status, len(messages(one))) for one in (ana, ben)] == [("exited", 0), ("completed", 1)]


@pytest.mark.req("EXIT-01")
@pytest.mark.parametrize("way", ["tag", "purchase"])
def test_either_of_two_exits_suffices(live: Live, workers: Workers, monday: ModuleType, way: str) -> None:
    live(SMS | {"wait": {"days": 1}}, exits=[{"rule": "tag.has", "value": "VIP"}, BOUGHT])
    inside, outside = make.lead().contact, make.contact()
    workers.run_until_idle()
    if way == "tag":
        tag(inside, "VIP")
        tag(outside, "VIP")
    else:
        monday.move(minutes=1)
        buy_membership(inside)
    make.lead(outside)
    workers.run_until_idle()

    assert only(inside).status == "exited"
    assert len(enrolments(outside)) == (0 if way == "tag" else 1)


@pytest.mark.req("SEQ-28", "EXIT-12")
def test_an_exit_taken_out_is_not_asked_about_the_next_time(live: Live, workers: Workers) -> None:
    sequence = live(SMS, exits=[{"rule": "client"}])
    make.lead(before := make.client())
    workers.run_until_idle()
    document = formats.dump(drafts.draft_of(sequence)) | {"exits": []}
    drafts.save_draft(sequence, checking.read(document))
    publishing.publish(sequence)
    make.lead(after := make.client())
    workers.run_until_idle()

    assert (enrolments(before), only(after).status) == ([], "completed")


@pytest.mark.req("SEQ-17")
def test_the_fourth_step_of_a_running_sequence_is_switched_off_and_the_fifth_runs(
    live: Live, workers: Workers, monday: ModuleType
) -> None:
    steps = [{"id": f"step{n}", "do": "tag.add", "tags": [f"T{n}"], "wait": {"days": 1}} for n in range(1, 6)]
    sequence = live(*steps)
    ana = make.lead().contact
    for _ in range(3):
        workers.run_until_idle()
        monday.move(days=1)
    workers.run_until_idle()
    off = [one | ({"enabled": False} if one["id"] == "step4" else {}) for one in steps]
    drafts.save_draft(sequence, checking.read(formats.dump(drafts.draft_of(sequence)) | {"steps": off}))
    publishing.publish(sequence)
    for _ in range(3):
        monday.move(days=1)
        workers.run_until_idle()

    assert [step[:2] for step in trace(only(ana))][2:] == [("step3", "done"), ("step4", "skipped"), ("step5", "done")]


@pytest.mark.req("ENR-08")
@pytest.mark.parametrize("ended", ["completed", "exited", "stopped"])
def test_whoever_has_been_through_once_is_not_enrolled_again_however_it_ended(
    live: Live, workers: Workers, ended: str
) -> None:
    waits = {"wait": {"days": 1}} if ended != "completed" else {}
    live(SMS | waits, single_enrolment=True, exits=[BOUGHT])
    ana = make.contact()
    make.lead(ana)
    workers.run_until_idle()
    if ended == "exited":
        buy_membership(ana)
    elif ended == "stopped":
        enrolling.stop_enrolment(only(ana), by=make.SYSTEM)
    workers.run_until_idle()
    make.lead(ana, from_source="Instagram")
    workers.run_until_idle()

    assert only(ana).status == ended
    assert db.session.scalars(select(Refused.contact_id)).all() == [ana.id]


@pytest.mark.req("ACT-02")
def test_an_sms_is_logged_with_the_segments_it_took(live: Live, workers: Workers) -> None:
    live(SMS | {"body": "x" * 160}, SMS | {"id": "long", "body": "x" * 161}, SMS | {"id": "curly", "body": "ê" * 71})
    ana = make.lead().contact
    workers.run_until_idle()

    assert [(one.category, one.segments) for one in messages(ana)] == [
        ("sequence", 1),
        ("sequence", 2),
        ("sequence", 2),
    ]


@pytest.mark.req("SEQ-12", "SEQ-27", "TRG-22")
def test_two_days_after_an_expiry_at_ten_is_ten_two_days_later(business: Business) -> None:
    after = business.sequence("intro.expired", {"id": "now", "do": "sms", "body": "x", "wait": {"days": 2}})
    ana = make.contact()
    business.tell("membership.expired", ana, membership="Intro month", kind="intro")

    assert due(ana, after) == ["2026-06-03 10:00"]


@pytest.mark.req("UPT-03", "UPT-04")
def test_hours_hold_what_the_engine_sends(business: Business, app: Flask) -> None:
    hours.set_sending_hours(hours.SendingHours(start=time(9), end=time(20)))
    after = business.sequence("api.event", {"id": "now", "do": "sms", "body": "x"})
    friday, noon = make.contact(), make.contact()
    business.at("2026-06-05 12:00")
    business.tell("api.event", noon, name="x")
    business.at("2026-06-05 21:15")
    business.tell("api.event", friday, name="x")
    [waiting] = messages(friday)
    assert [one.status for one in messages(noon)] == ["sent"]
    assert waiting.status == "queued"
    business.at("2026-06-06 08:59")
    assert [one.status for one in messages(friday)] == ["queued"]
    business.at("2026-06-06 09:00")

    assert [one.status for one in messages(friday)] == ["sent"]
    assert acted(friday, after) == ["2026-06-05 21:15"]
    assert (waiting.sent_at or waiting.queued_at) - waiting.queued_at == timedelta(hours=11, minutes=45)


@pytest.mark.req("ACT-01", "ACT-02")
def test_a_message_is_delivered_logged_under_sequences_and_stands_in_the_thread(
    live: Live, workers: Workers, client: Client, smtp: SmtpSink, twilio: TwilioStandIn
) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner"))
    mail = {"id": "mail", "do": "email", "subject": "Your first class", "html": "<p>Come by, ##{{first_name}}.</p>"}
    sequence = live(mail, SMS | {"body": "Bring a towel"})
    ana = make.lead(make.contact("Ana Duval")).contact
    workers.run_until_idle()

    assert [one.subject for one in smtp.sent_to(ana.email or "")] == ["Your first class"]
    assert "Come by, Ana." in smtp.sent_to(ana.email or "")[0].text
    assert [one.text for one in twilio.sent_to(ana.phone or "")] == ["Bring a towel"]
    log = client.get(f"/settings/messages?category=sequence&sequence={sequence.id}").text
    assert "Ana Duval" in log
    assert "Your first class" in log
    thread = client.get(f"/inbox/{ana.id}").text
    assert "Your first class" in thread
    assert "Bring a towel" in thread


@pytest.mark.req("ACT-03")
def test_a_task_appears_with_those_it_is_for_and_leads_to_the_person(
    live: Live, workers: Workers, client: Client
) -> None:
    croix, belle = make.location("Croix-Rousse"), make.location("Bellecour")
    desk, teacher, lea = (
        make.staff("Nora Petit", "front_desk"),
        make.staff("Tom Roy", "teacher"),
        make.staff("Léa Fontaine"),
    )
    here, there = (make.staff(f"At {one.name}", "front_desk", locations=[one]) for one in (croix, belle))
    live(
        {"id": "role", "do": "task", "title": "For a role", "assign": {"role": "Front desk"}},
        {"id": "person", "do": "task", "title": "For Lea", "assign": {"person": "Léa Fontaine"}},
        {"id": "place", "do": "task", "title": "For a place", "assign": {"location": "Croix-Rousse"}},
    )
    ana = make.lead(make.contact("Ana Duval")).contact
    workers.run_until_idle()

    def sees(who: Staff, scope: str) -> set[str]:
        client.sign_in(who)
        page = client.get(f"/tasks?scope={scope}").text
        found = {title for title in ("For a role", "For Lea", "For a place") if f"Complete: {title}" in page}
        assert not found or f"/contacts/{ana.id}" in page
        return found

    assert [sees(desk, "role"), sees(teacher, "role")] == [{"For a role"}, set()]
    assert [sees(lea, "me"), sees(desk, "me")] == [{"For Lea"}, set()]
    assert [sees(here, "location"), sees(there, "location")] == [{"For a place"}, set()]


@pytest.mark.req("ACT-05", "ACT-04")
def test_a_tag_taken_off_again_restores_the_restriction_it_lifted(live: Live, workers: Workers, client: Client) -> None:
    """An offer for regulars only: open to who comes, closed again to who has stopped coming."""
    [regular] = tags.find_or_create_tags(["Regular"])
    offer = make.item(tags=[regular])
    live({"id": "on", "do": "tag.add", "tags": ["Regular"]}, trigger="class.booked")
    live({"id": "off", "do": "tag.remove", "tags": ["Regular"]}, trigger="subscription.cancelled")
    ana = make.client("Ana Duval", email="ana@x.org")

    def is_refused() -> bool:
        db.session.commit()
        token = re.search(r'name="token"[^>]*value="([^"]+)"', client.get(f"/buy/{offer.slug}").text)
        assert token is not None
        typed = {
            "token": token[1],
            "payment": "studio",
            "first_name": "Ana",
            "last_name": "Duval",
            "email": "ana@x.org",
        }
        answer = client.post(f"/buy/{offer.slug}", data=typed)
        return answer.status_code == 422 and "reserved for some of our clients" in answer.text

    assert is_refused()
    post("class.booked", ana, class_name="Hatha")
    workers.run_until_idle()
    assert items.may_buy(offer, ana)
    assert not is_refused()
    post("subscription.cancelled", ana, membership="Monthly")
    workers.run_until_idle()
    assert is_refused()


@pytest.mark.req("ACT-06")
def test_every_buyer_of_an_offer_is_a_lead_of_its_source_and_so_is_who_signs_up(live: Live, workers: Workers) -> None:
    make.source("Intro month")
    lead = {"id": "lead", "do": "lead.create", "source": "Intro month"}
    live(lead, trigger="intro.purchased")
    live(lead, trigger="class.booked", title="Sign-ups")
    by_advert, by_chance, signed_up = make.lead().contact, make.client(), make.client()
    for one in (by_advert, by_chance):
        post("intro.purchased", one, membership="Intro month")
    post("class.booked", signed_up, class_name="Hatha")
    workers.run_until_idle()

    for one in (by_advert, by_chance, signed_up):
        found = db.session.scalars(select(Lead).where(Lead.contact_id == one.id)).all()
        assert [each.is_open for each in found if each.source.name == "Intro month"] == [True]
