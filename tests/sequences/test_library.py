"""The ready-made folders can be used as they are, and do what they promise: right days, right channels, right exits."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from app.contacts import custom_fields
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.leads.models import LeadSource
from app.messaging import segments, variables
from app.messaging.models import EMAIL, SMS, Message
from app.sequences import checking, checks, drafts, faults, folders, graph, library, publishing
from app.sequences.actions.messages import SmsParams
from app.sequences.actions.tasks import TaskParams
from app.sequences.models import DRAFT, Enrolment, Sequence, SequenceFolder
from app.staff.models import Role, Staff
from app.studio import referrals
from app.tasks.models import Task
from tests.sequences.business import PARIS, Business
from tests.sequences.conftest import messages

KEYS = [one.key for one in library.templates("en")]
INTRO = {"membership": "Intro month", "ends_at": "2026-07-01 10:00"}

Use = Callable[[str], SequenceFolder]


@pytest.fixture
def use(business: Business) -> Use:
    """Makes a folder of a template and sets all of it to work."""

    def made(key: str) -> SequenceFolder:
        owner = db.session.scalar(select(Staff).limit(1)) or make.staff()
        folder = folders.create_from_template(library.template(key, "en"), f"My {key}", by=owner)
        folders.activate_all(folder)
        db.session.commit()
        return folder

    return made


def live_through(business: Business, *moments: str) -> None:
    for moment in moments:
        business.at(moment)


def got(of: Contact) -> list[tuple[str, str, str]]:
    """Every message somebody got: when, how, and from which step of which sequence."""
    rows = db.session.execute(
        select(Message.sent_at, Message.channel, Sequence.title, Message.step_id)
        .join(Sequence, Sequence.id == Message.sequence_id)
        .where(Message.contact_id == of.id, Message.sent_at.is_not(None))
        .order_by(Message.sent_at, Message.id)
    )
    return [(local(row.sent_at), row.channel, f"{row.title}/{row.step_id}") for row in rows]


def local(at: datetime) -> str:
    return f"{at.astimezone(PARIS):%d %b %H:%M}"


def inside(title: str, of: Contact) -> str:
    """How somebody's run in a sequence stands, with its reason; empty where there is none."""
    found = db.session.scalar(
        select(Enrolment)
        .join(Sequence, Sequence.id == Enrolment.sequence_id)
        .where(Sequence.title == title, Enrolment.contact_id == of.id)
    )
    return f"{found.status} {found.reason}".strip() if found is not None else ""


# ------------------------------------------------------------------ what all of them share


@pytest.mark.req("TPL-01")
def test_eight_folders_stand_in_the_gallery(app: Flask) -> None:
    known = ["intro-offer", "birthday", "new-client", "milestones", "winback", "lead-conversion", "referrals"]
    assert [*known, "abandoned-checkout"] == KEYS
    for language in ("en", "fr"):
        assert all(one.title and one.description and one.sequences for one in library.templates(language))
    assert library.template("winback", "de").title == "Winback"
    with pytest.raises(library.NotInLibrary):
        library.template("../models", "en")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", KEYS)
def test_nothing_but_the_brackets_stands_against_activating(app: Flask, key: str, language: str) -> None:
    for document in library.template(key, language).documents():
        found = checking.findings(document, about={checks.DOCUMENT})
        assert [one.detail for one in found if one.severity == "error"] == []
        assert all("[" in one.detail for one in found if one.severity == "warning"), [one.detail for one in found]
        assert list(faults.variable_faults(document)) == []


@pytest.mark.req("TPL-04")
@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", KEYS)
def test_every_message_says_in_brackets_what_the_studio_fills_in(app: Flask, key: str, language: str) -> None:
    for document in library.template(key, language).documents():
        for place in graph.walk(document):
            step = place.step
            if isinstance(step, graph.ActionStep) and step.action.channel is not None:
                said = " ".join(getattr(step.params, text) for text in step.action.texts)
                assert checking.PLACEHOLDER.search(said), (document.title, step.id)
                assert step.title
                assert len(step.short or step.title) <= 18, step.short or step.title


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("key", KEYS)
def test_no_sms_costs_more_than_two(app: Flask, key: str, language: str) -> None:
    """One letter outside the phones' own alphabet halves what fits (ê, ç, a curly apostrophe)."""
    values = {"first_name": "Maximilien", "studio_name": "Maison Souffle"}
    for document in library.template(key, language).documents():
        for place in graph.walk(document):
            if isinstance(place.step, graph.ActionStep) and isinstance(place.step.params, SmsParams):
                body = variables.fill(place.step.params.body, values)
                size = segments.measure(body)
                assert (size.costly, size.segments <= 2) == ("", True), body


@pytest.mark.req("TPL-02", "TPL-03", "TPL-05")
def test_a_folder_of_ones_own_name_switched_off_until_activated(business: Business) -> None:
    owner = make.staff()
    folder = folders.create_from_template(library.template("intro-offer", "en"), "Intro 2026", by=owner)
    made = list(db.session.scalars(select(Sequence).order_by(Sequence.position)))
    ana = make.contact()
    business.tell("intro.purchased", ana, **INTRO)
    live_through(business, "2026-06-01 12:00", "2026-06-04 10:00")

    assert (folder.name, len(made), {one.status for one in made}) == ("Intro 2026", 8, {DRAFT})
    assert [one.title[:1] for one in made] == list("12345678")
    assert messages(ana) == []
    before = {one.id: drafts.draft_of(one) for one in made}
    drafts.save_draft(made[0], before[made[0].id].model_copy(update={"title": "Mine"}), summary="", by=owner)
    assert [drafts.draft_of(one) == before[one.id] for one in made] == [False] + [True] * 7
    with pytest.raises(folders.NameTaken):
        folders.create_from_template(library.template("birthday", "en"), "intro 2026", by=owner)


# ------------------------------------------------------------------ the intro offer


@pytest.mark.req("TPL-06", "TPL-09", "TPL-11", "TPL-12")
def test_who_buys_an_offer_and_never_comes(business: Business, use: Use) -> None:
    use("intro-offer")
    ana = make.client()
    business.tell("intro.purchased", ana, **INTRO)
    live_through(business, "2026-06-01 12:00", "2026-06-04 10:00", "2026-06-08 10:00")
    live_through(business, "2026-06-28 10:00", "2026-07-01 10:00", "2026-07-11 10:00")

    assert got(ana) == [
        ("01 Jun 12:00", SMS, "1 · Welcome/welcome"),
        ("04 Jun 10:00", EMAIL, "4 · Not booked after three days/choose"),
        ("08 Jun 10:00", SMS, "5 · Not booked after a week/still-there"),
        ("28 Jun 10:00", SMS, "7 · The offer is about to end/last-days"),
        ("11 Jul 10:00", EMAIL, "8 · Ten days later, a discount/discount"),
    ]


@pytest.mark.req("TPL-07", "TPL-08", "TPL-09", "TPL-10")
def test_who_begins_at_once(business: Business, use: Use) -> None:
    use("intro-offer")
    ben = make.client()
    business.tell("intro.purchased", ben, **INTRO)
    paid = {"class_name": "Hatha", "paid_with": "intro", "membership": "Intro month"}
    business.tell("class.booked", ben, booking_id="1", starts_at="2026-06-02 18:00", **paid)
    live_through(business, "2026-06-01 10:05", "2026-06-01 12:00", "2026-06-02 16:00", "2026-06-02 18:00")
    business.tell("class.booked", ben, booking_id="2", starts_at="2026-06-05 18:00", **paid)
    business.tell("class.booked", ben, booking_id="3", starts_at="2026-06-06 18:00", **paid)
    business.tell("class.booked", ben, booking_id="4", starts_at="2026-06-07 18:00", **paid)
    live_through(business, "2026-06-04 10:00", "2026-06-08 10:00")

    assert got(ben) == [
        ("01 Jun 10:05", EMAIL, "2 · First class booked/prepare"),
        ("01 Jun 12:00", SMS, "1 · Welcome/welcome"),
        ("02 Jun 16:00", SMS, "3 · Two hours before the first class/today"),
        ("02 Jun 18:00", EMAIL, "6 · Third class booked/habit"),
    ]
    assert inside("4 · Not booked after three days", ben).startswith("exited exit:booking.made")


@pytest.mark.req("TPL-08", "BEY-05")
@pytest.mark.parametrize("key", KEYS)
def test_a_reminder_comes_before_each_booking_though_it_says_the_same(business: Business, use: Use, key: str) -> None:
    """Booked, cancelled an hour before, booked again for the next day: what comes before a class is no repetition."""
    folder = use(key)
    ana = make.client()
    business.tell("intro.purchased", ana, **INTRO)
    paid = {"class_name": "Hatha", "paid_with": "intro", "membership": "Intro month"}
    business.tell("class.booked", ana, booking_id="1", starts_at="2026-06-02 18:00", **paid)
    live_through(business, "2026-06-02 16:00", "2026-06-02 17:00")
    business.tell("class.booking_cancelled", ana, booking_id="1", **paid)
    business.tell("class.booked", ana, booking_id="2", starts_at="2026-06-03 12:00", **paid)
    live_through(business, "2026-06-03 10:00", "2026-06-03 12:00")

    reminders = {
        place.step.id
        for document in library.template(key, "en").documents()
        for place in graph.walk(document)
        if place.step.wait is not None and place.step.wait.before_anchor is not None
    }
    held_back = [one.step_id for one in messages(ana) if one.reason == "repeated" and one.step_id in reminders]
    assert held_back == [], folder.name
    if key == "intro-offer":
        assert [line[0] for line in got(ana) if line[2].endswith("/today")] == ["02 Jun 16:00", "03 Jun 10:00"]


@pytest.mark.req("TPL-10", "SEQ-24")
def test_activating_names_the_bracket_in_the_title(app: Flask) -> None:
    sixth = library.template("intro-offer", "en").documents()[5]
    assert any("[business name]" in one.detail for one in checking.findings(sixth))


@pytest.mark.req("TPL-11", "TPL-12")
def test_a_membership_spares_them_the_end(business: Business, use: Use) -> None:
    use("intro-offer")
    early, late = make.client(), make.client()
    for one in (early, late):
        business.tell("intro.purchased", one, membership="Intro month", ends_at="2026-06-01 12:00")
    live_through(business, "2026-06-01 12:00", "2026-06-05 10:00")
    business.tell("membership.purchased", early, membership="Monthly")
    business.at("2026-06-11 12:00")

    eighth = "8 · Ten days later, a discount"
    assert [line for line in got(early) if eighth in line[2]] == []
    assert inside(eighth, early).startswith("exited exit:membership.")
    assert [line[0] for line in got(late) if eighth in line[2]] == ["11 Jun 12:00"]


# ------------------------------------------------------------------ birthdays, new clients, milestones


@pytest.mark.req("TPL-13")
def test_only_those_whose_birthday_is_known_are_wished_one(business: Business, use: Use) -> None:
    field = custom_fields.create_field("Birthday", custom_fields.DATE)
    use("birthday")
    ana, ben = make.client(), make.client()
    ana.custom = {field.key: "1990-06-03"}
    db.session.commit()
    live_through(business, "2026-06-02 09:00", "2026-06-03 09:00", "2026-06-04 09:00")

    assert got(ana) == [("03 Jun 09:00", SMS, "Happy birthday/birthday")]
    assert got(ben) == []


@pytest.mark.req("TPL-14", "EXIT-09")
def test_newcomers_are_welcomed_unless_an_offer_does_it(business: Business, use: Use) -> None:
    use("new-client")
    bought, offered = make.contact(), make.contact()
    business.tell("membership.purchased", bought, membership="Monthly")
    business.tell("intro.purchased", offered, membership="Intro month")
    business.at("2026-06-01 12:00")

    assert got(bought) == [("01 Jun 12:00", EMAIL, "Welcome to a new client/welcome")]
    assert got(offered) == []
    assert library.template("new-client", "en").notice


@pytest.mark.req("TPL-15")
def test_three_milestones_once_each(business: Business, use: Use) -> None:
    use("milestones")
    ana = make.client()
    for number in range(1, 77):
        visit = {"class_name": "Hatha", "booking_id": str(number), "starts_at": "2026-06-01 10:00"}
        business.tell("class.visited", ana, **visit)

    assert [line[2] for line in got(ana)] == ["25th class/milestone", "50th class/milestone", "75th class/milestone"]


# ------------------------------------------------------------------ winback


def visited_once(business: Business) -> Contact:
    gone = make.client()
    business.tell("class.visited", gone, class_name="Hatha", booking_id="last", starts_at="2026-06-01 10:00")
    return gone


@pytest.mark.req("TPL-16", "TPL-18")
def test_the_further_away_the_rarer_the_letters(business: Business, use: Use) -> None:
    use("winback")
    ana = visited_once(business)
    for day in ("06-15", "06-22", "07-01", "07-16", "07-31", "08-20"):
        business.at(f"2026-{day} 10:00")

    assert got(ana) == [
        ("15 Jun 10:00", EMAIL, "We miss you/day-14"),
        ("22 Jun 10:00", SMS, "We miss you/day-21"),
        ("01 Jul 10:00", EMAIL, "We miss you/day-30"),
        ("16 Jul 10:00", EMAIL, "We miss you/day-45"),
        ("31 Jul 10:00", SMS, "We miss you/day-60"),
    ]
    [document] = library.template("winback", "en").documents()
    assert [use.rule for use in document.exits] == ["purchase.made", "booking.made", "visits.count"]


@pytest.mark.req("TPL-16")
@pytest.mark.parametrize(
    ("kind", "said"),
    [
        ("class.visited", {"class_name": "Hatha", "booking_id": "back", "starts_at": "2026-06-16 10:00"}),
        ("purchase.made", {"item": "Mat", "price_cents": 4000}),
    ],
)
def test_coming_back_or_buying_ends_it(business: Business, use: Use, kind: str, said: dict[str, Any]) -> None:
    use("winback")
    ana = visited_once(business)
    live_through(business, "2026-06-15 10:00", "2026-06-16 10:00")
    business.tell(kind, ana, **said)
    live_through(business, "2026-06-22 10:00", "2026-06-25 10:00")

    assert [line[0] for line in got(ana)] == ["15 Jun 10:00"]
    assert inside("We miss you", ana).startswith("exited")


@pytest.mark.req("TPL-17")
def test_the_studio_says_after_how_many_days(business: Business, use: Use) -> None:
    use("winback")
    sequence = db.session.scalars(select(Sequence)).one()
    said = drafts.draft_of(sequence).model_dump(mode="json", by_alias=True, exclude_unset=True)
    said["steps"][0]["wait"] = {"days": 30, "from": "trigger"}
    drafts.save_draft(sequence, graph.Document.model_validate(said), summary="", by=make.staff())
    publishing.publish(sequence)
    db.session.commit()
    ana = visited_once(business)
    live_through(business, "2026-06-15 10:00", "2026-07-01 10:00")

    assert [line[0] for line in got(ana)][:1] == ["01 Jul 10:00"]


# ------------------------------------------------------------------ leads


@pytest.mark.req("TPL-19", "TPL-20", "TPL-21", "TPL-22")
def test_ten_messages_in_ten_days_and_two_calls(business: Business, use: Use) -> None:
    use("lead-conversion")
    ana = make.contact("Ana Duval")
    make.lead(ana)
    db.session.commit()
    live_through(business, "2026-06-01 10:00", "2026-06-01 10:05")
    for day in (2, 3, 4, 6, 7, 9, 10, 11, 14):
        business.at(f"2026-06-{day:02} 10:00")

    assert got(ana) == [
        ("01 Jun 10:00", SMS, "New lead/message-1"),
        ("01 Jun 10:05", EMAIL, "New lead/message-2"),
        ("02 Jun 10:00", EMAIL, "New lead/message-3"),
        ("03 Jun 10:00", SMS, "New lead/message-4"),
        ("04 Jun 10:00", EMAIL, "New lead/message-5"),
        ("06 Jun 10:00", SMS, "New lead/message-6"),
        ("07 Jun 10:00", EMAIL, "New lead/message-7"),
        ("09 Jun 10:00", SMS, "New lead/message-8"),
        ("10 Jun 10:00", EMAIL, "New lead/message-9"),
        ("11 Jun 10:00", EMAIL, "New lead/message-10"),
    ]
    tasks = db.session.execute(select(Task.title, Task.created_at).order_by(Task.id)).all()
    assert [(row.title, local(row.created_at)) for row in tasks] == [
        ("Call Ana", "01 Jun 10:00"),
        ("Call Ana again", "14 Jun 10:00"),
    ]


@pytest.mark.req("TPL-19", "TPL-22")
@pytest.mark.parametrize(("kind", "item"), [("membership.purchased", "Monthly"), ("intro.purchased", "Intro month")])
def test_a_lead_who_buys_hears_no_more(business: Business, use: Use, kind: str, item: str) -> None:
    use("lead-conversion")
    ana = make.contact()
    make.lead(ana)
    db.session.commit()
    live_through(business, "2026-06-01 10:00", "2026-06-01 10:05", "2026-06-02 10:00")
    business.tell(kind, ana, membership=item)
    live_through(business, "2026-06-03 10:00", "2026-06-14 10:00")

    assert [line[0] for line in got(ana)] == ["01 Jun 10:00", "01 Jun 10:05", "02 Jun 10:00"]
    assert db.session.scalar(select(func.count()).select_from(Task)) == 1


@pytest.mark.req("TPL-19")
def test_one_source_only(business: Business, use: Use) -> None:
    use("lead-conversion")
    sequence = db.session.scalars(select(Sequence)).one()
    said = drafts.draft_of(sequence).model_dump(mode="json", by_alias=True, exclude_unset=True)
    make.source("QR code")
    said["trigger"]["filters"] = {"source": ["QR code"]}
    drafts.save_draft(sequence, graph.Document.model_validate(said), summary="", by=make.staff())
    publishing.publish(sequence)
    scanned, typed = make.contact(), make.contact()
    make.lead(scanned, from_source="QR code")
    make.lead(typed, from_source="Website form")
    db.session.commit()
    business.at("2026-06-01 10:00")

    assert [len(got(one)) for one in (scanned, typed)] == [1, 0]


@pytest.mark.req("TPL-24", "EXIT-08")
def test_an_abandoned_checkout_is_followed_up_for_five_days(business: Business, use: Use) -> None:
    use("abandoned-checkout")
    ana, bought, client = make.contact(), make.contact(), make.client()
    for one in (ana, bought, client):
        make.lead(one, from_source="Abandoned checkout")
    db.session.commit()
    live_through(business, "2026-06-01 10:00", "2026-06-01 11:00", "2026-06-02 10:00")
    business.tell("purchase.made", bought, item="Single class", price_cents=2000)
    live_through(business, "2026-06-03 10:00", "2026-06-05 10:00", "2026-06-06 10:00")

    first = "A · Finish what you began"
    assert got(ana) == [
        ("01 Jun 10:00", SMS, f"{first}/stuck"),
        ("01 Jun 11:00", EMAIL, f"{first}/kept"),
        ("02 Jun 10:00", SMS, f"{first}/next-day"),
        ("03 Jun 10:00", EMAIL, f"{first}/doubts"),
        ("05 Jun 10:00", EMAIL, f"{first}/visit"),
        ("06 Jun 10:00", EMAIL, "B · An offer after five days/offer"),
    ]
    assert [line[0] for line in got(bought)] == ["01 Jun 10:00", "01 Jun 11:00", "02 Jun 10:00"]
    assert got(client) == []


@pytest.mark.req("TPL-24")
def test_a_renamed_source_and_role_are_meant_by_their_keys(app: Flask) -> None:
    db.session.scalars(select(LeadSource).where(LeadSource.key == "abandoned_checkout")).one().name = "Half-way there"
    db.session.scalars(select(Role).where(Role.key == "front_desk")).one().name = "Welcome team"
    db.session.flush()
    [first, _second] = library.template("abandoned-checkout", "en").documents()
    [lead] = library.template("lead-conversion", "fr").documents()
    params = [step.params for step in lead.steps if isinstance(step, graph.ActionStep)]

    assert first.trigger.filters == {"source": ["Half-way there"]}
    assert [one.assign.role for one in params if isinstance(one, TaskParams)] == ["Welcome team"] * 2


# ------------------------------------------------------------------ referrals


@pytest.mark.req("TPL-23", "TRG-26")
def test_a_guest_is_taken_by_the_hand(business: Business, use: Use) -> None:
    use("referrals")
    ana, ben, cleo = make.contact(), make.contact(), make.contact()
    for one in (ana, ben, cleo):
        business.tell("client.referred", one, referrer="leo", via="link")
    business.at("2026-06-02 10:00")
    business.tell("intro.purchased", ben, membership="Intro month")
    business.tell("class.booked", cleo, class_name="Hatha", booking_id="1", starts_at="2026-06-02 18:00")
    live_through(business, "2026-06-03 10:00", "2026-06-06 10:00")
    for number in ("1", "2"):
        business.tell("class.visited", cleo, class_name="Hatha", booking_id=number, starts_at="2026-06-05 18:00")
    business.at("2026-06-10 10:00")

    first, second = "1 · Towards the first booking", "2 · Towards the second visit"
    assert got(ana) == [
        ("01 Jun 10:00", EMAIL, f"{first}/welcome"),
        ("03 Jun 10:00", SMS, f"{first}/together"),
        ("06 Jun 10:00", EMAIL, f"{second}/how-was-it"),
        ("10 Jun 10:00", SMS, f"{second}/one-more"),
    ]
    assert inside(second, ben).startswith("exited exit:intro.purchased")
    assert [line[2] for line in got(ben)] == [f"{first}/welcome", f"{first}/together"]
    assert [line[2] for line in got(cleo)] == [f"{first}/welcome", f"{second}/how-was-it"]


@pytest.mark.req("TPL-23")
def test_who_comes_often_gets_their_own_link(business: Business, use: Use) -> None:
    use("referrals")
    ana = make.client()
    for number in range(1, 22):
        visit = {"class_name": "Hatha", "booking_id": str(number), "starts_at": "2026-06-01 10:00"}
        business.tell("class.visited", ana, **visit)

    titles = ["3 · Share, after ten classes", "4 · Share, after twenty classes"]
    assert [line[2] for line in got(ana)] == [f"{title}/share" for title in titles]
    assert all(referrals.link_of(ana.id) in one.html for one in messages(ana))
