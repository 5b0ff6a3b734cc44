"""A backtest says what a draft would have done, as a replay of the same days does it, and leaves no trace."""

from __future__ import annotations

import itertools
from collections import Counter
from datetime import datetime, time, timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from app import scans, work
from app.contacts import consent, custom_fields
from app.contacts.models import Contact
from app.db import Model, db
from app.demo import make
from app.messaging.models import QUEUED, SUPPRESSED, Message
from app.sequences import backtest_counts, backtesting, drafts, formats, hours, models, publishing
from app.sequences.backtest_figures import Backtest
from app.sequences.backtesting import backtest
from app.sequences.hours import SendingHours
from app.sequences.models import Refused, Sequence, StepRun
from app.staff import tokens
from tests.harness import queries
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.sequences.business import Business
from tests.sequences.conftest import Live, enrolments, post, tag, untag


def everything() -> dict[str, int]:
    """How many rows each table has."""
    tables = Model.metadata.sorted_tables
    return {table.name: db.session.scalar(select(func.count()).select_from(table)) or 0 for table in tables}


def lived(sequence: Sequence) -> dict[str, Any]:
    """What has really come of a sequence, as a backtest counts it."""
    runs = enrolments(sequence=sequence)
    messages = db.session.scalars(select(Message).where(Message.sequence_id == sequence.id)).all()
    steps = db.session.execute(
        select(StepRun.step_id, StepRun.outcome, func.count())
        .where(StepRun.sequence_id == sequence.id)
        .group_by(StepRun.step_id, StepRun.outcome)
    )
    refused = db.session.scalars(select(Refused.reason).where(Refused.sequence_id == sequence.id))
    return {
        "enrolled": len(runs),
        "people": len({one.contact_id for one in runs}),
        "kept out": Counter(reason.partition("?")[0].partition(":")[0] for reason in refused),
        "completed": sum(one.status == models.COMPLETED for one in runs),
        "exited": Counter(_short(one.reason) for one in runs if one.status == models.EXITED),
        "inside": sum(one.status == models.RUNNING for one in runs),
        "steps": {(step_id, outcome): count for step_id, outcome, count in steps},
        "sent": Counter(one.step_id for one in messages if one.sent_at is not None),
        "held back": Counter((one.step_id, _short(one.reason)) for one in messages if one.status == SUPPRESSED),
        "waiting": Counter(one.step_id for one in messages if one.status == QUEUED),
    }


def told(found: Backtest) -> dict[str, Any]:
    """What a backtest has counted, in the same words."""
    kept_out: Counter[str] = Counter()
    for reason, count in found.kept_out.items():
        kept_out[reason.partition("?")[0].partition(":")[0]] += count
    exited: Counter[str] = Counter()
    for reason, count in found.exited.items():
        exited[_short(reason)] += count
    return {
        "enrolled": found.enrolled,
        "people": found.people,
        "kept out": kept_out,
        "completed": found.completed,
        "exited": exited,
        "inside": found.inside,
        "steps": {(one.step_id, outcome): count for one in found.steps for outcome, count in one.outcomes.items()},
        "sent": Counter({one.step_id: one.sent for one in found.steps if one.sent}),
        "held back": Counter(
            {(one.step_id, _short(reason)): count for one in found.steps for reason, count in one.held_back.items()}
        ),
        "waiting": Counter({one.step_id: one.waiting for one in found.steps if one.waiting}),
    }


def _short(reason: str) -> str:
    """A reason without the day and the instant it turned on."""
    what, _colon, about = reason.partition(":")
    return f"{what}:{about.partition('?')[0]}" if what == "exit" else what


HELLO = {"id": "hello", "do": "sms", "body": "Hi ##{{first_name}}"}
MAIL = {"id": "mail", "do": "email", "wait": {"days": 2}, "subject": "Your first class", "html": "<p>Come by.</p>"}


@pytest.mark.req("BEY-07")
def test_the_past_days_are_counted_and_nothing_is_stored_or_sent(
    monday: ModuleType, live: Live, workers: Workers
) -> None:
    ana, leo, kim = make.contact("Ana Silva"), make.contact("Leo Martin"), make.contact("Kim Roux", phone=None)
    for one in (ana, leo, kim):
        tag(one, "Trial")
    workers.run_until_idle()
    monday.move(days=1)
    post("membership.purchased", leo, membership="Monthly")
    workers.run_until_idle()
    monday.move(days=20)
    draft = live(HELLO, MAIL, trigger="tag.added", exits=[{"rule": "membership.purchased"}], active=False)
    workers.run_until_idle()
    before = everything()

    found = backtest(draft)
    db.session.commit()

    assert (found.enrolled, found.people, found.completed, found.inside) == (3, 3, 2, 0)
    assert found.exited == {"exit:membership.purchased": 1}
    hello, mail = found.steps
    assert (hello.sent, hello.skipped) == (2, {"no_phone": 1})
    assert mail.sent == 2
    assert found.sent == {"sms": 2, "email": 2}
    assert everything() == before
    assert draft.status == models.DRAFT
    workers.run_until_idle()
    assert everything() == before


def pass_time(clock: ModuleType, workers: Workers, length: int) -> None:
    """Live through some hours, each thing at its own instant."""
    end = clock.now() + timedelta(hours=length)
    while (due := _next_instant(clock)) is not None and due < end:
        clock.set(due)
        workers.look()
    clock.set(end)
    workers.look()


def _next_instant(clock: ModuleType) -> datetime | None:
    known = [at for at in (work.next_due(), scans.next_at()) if at is not None]
    return min((at for at in known if at > clock.now()), default=None)


def happen(what: str, who: Contact, number: int, clock: ModuleType) -> None:
    """Something happens to somebody."""
    ahead = (clock.now() + timedelta(days=1 + number % 3, hours=2)).isoformat()
    match what:
        case "tag":
            tag(who, ("Trial", "VIP")[number % 2])
        case "untag":
            untag(who, ("Trial", "VIP")[number % 2])
        case "book":
            post("class.booked", who, class_name="Hatha", booking_id=f"{who.id}-{number}", starts_at=ahead)
        case "move":
            post("class.booking_moved", who, class_name="Hatha", booking_id=f"{who.id}-{number}", starts_at=ahead)
        case "cancel":
            post("class.booking_cancelled", who, class_name="Hatha", booking_id=f"{who.id}-{number}")
        case "visit":
            post("class.visited", who, class_name="Vinyasa", booking_id=f"v{clock.now().timestamp()}")
        case "buy":
            post("membership.purchased", who, membership="Monthly")
        case "consent":
            change = consent.withdraw if who.sms_marketing else consent.give
            change(who, ["sms_marketing"], by=make.SYSTEM, via="staff")
        case "lead":
            make.lead(who)


HAPPENINGS = ("tag", "untag", "book", "move", "cancel", "visit", "buy", "consent", "lead")

YEARS = itertools.count(2026)

CLIENT = {"rule": "client"}
SEND = {"id": "send", "do": "sms", "body": "Hi"}
DOCUMENTS: dict[str, dict[str, Any]] = {
    "tag": {
        "trigger": {"kind": "tag.added", "filters": {"tag": "Trial"}},
        "exits": [{"rule": "membership.purchased", "since": "enrolment"}, {"rule": "tag.has", "value": "VIP"}],
        "steps": [
            SEND,
            {
                "id": "keen",
                "wait": {"days": 1},
                "if": {
                    "match": "any",
                    "rules": [{"rule": "bookings.count", "op": ">=", "value": 1}, {"rule": "client"}],
                },
                "then": [{"id": "mail", "do": "email", "subject": "Well done", "html": "<p>Hi</p>"}],
                "else": [
                    {"id": "lead", "do": "lead.update", "status": "contacted"},
                    {"id": "nudge", "do": "sms", "wait": {"until": "21:30"}, "body": "Come by"},
                ],
            },
            {"id": "task", "do": "task", "title": "Call", "assign": {"role": "Front desk"}, "wait": {"hours": 5}},
        ],
    },
    "single": {
        "single_enrolment": True,
        "trigger": {"kind": "class.booked"},
        "exits": [{"rule": "visits.count", "op": ">=", "value": 2}],
        "steps": [
            {"id": "before", "do": "sms", "body": "See you", "wait": {"before_anchor": {"hours": 20}}},
            {"id": "ab", "split": [{"share": 50, "steps": [SEND]}, {"share": 50, "steps": []}]},
            {"id": "after", "do": "sms", "body": "How was it?", "wait": {"after_anchor": {"hours": 3}}},
        ],
    },
    "early": {
        "trigger": {"kind": "class.visited"},
        "exits": [{"rule": "membership.active"}],
        "steps": [
            {"id": "before", "do": "sms", "body": "Bring a towel", "wait": {"before_anchor": {"days": 1}}},
            {"id": "after", "do": "email", "subject": "Well?", "html": "<p>Hi</p>", "wait": {"hours": 4}},
        ],
    },
    "second": {
        "trigger": {"kind": "class.visited", "filters": {"count": 2}},
        "steps": [
            {"id": "before", "do": "sms", "body": "Your second", "wait": {"before_anchor": {"hours": 10}}},
            {"id": "after", "do": "in_app", "body": "Well done"},
        ],
    },
    "awaiting": {
        "trigger": {"kind": "tag.added", "filters": {"tag": "Trial"}},
        "exits": [{"rule": "membership.purchased", "since": "enrolment"}],
        "steps": [
            SEND,
            {
                "id": "booked",
                "wait": {
                    "event": {"kind": "class.booked", "filters": {"class": ["Hatha"]}},
                    "timeout": {"days": 3},
                },
                "if": {"rules": [{"rule": "awaited.came"}]},
                "then": [{"id": "joy", "do": "sms", "body": "See you there"}],
                "else": [{"id": "nudge", "do": "sms", "body": "Still there?"}],
            },
            {
                "id": "again",
                "do": "email",
                "subject": "And now?",
                "html": "<p>Hi</p>",
                "wait": {"event": {"kind": "tag.added", "filters": {"tag": "VIP"}}, "timeout": {"days": 1}},
            },
        ],
    },
    "awaiting a date": {
        "trigger": {"kind": "class.visited"},
        "steps": [
            {"id": "before", "do": "sms", "body": "Bring a towel", "wait": {"before_anchor": {"days": 1}}},
            {
                "id": "off",
                "wait": {"event": {"kind": "class.booked"}, "timeout": {"days": 2}},
                "if": {"rules": [{"rule": "awaited.came"}, {"rule": "client"}]},
                "then": [SEND],
                "else": [{"id": "after", "do": "sms", "body": "Well?", "wait": {"after_anchor": {"hours": 3}}}],
            },
        ],
    },
    "winback": {
        "trigger": {"kind": "client.winback"},
        "exits": [{"rule": "booking.made", "since": "enrolment"}],
        "steps": [{"id": "miss", "do": "sms", "body": "We miss you", "wait": {"days": 2}}, MAIL],
    },
}


@pytest.mark.req("BEY-07")
@pytest.mark.parametrize("document", DOCUMENTS)
@settings(
    deadline=None, max_examples=3, suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture]
)
@given(
    life=st.lists(
        st.tuples(st.sampled_from(HAPPENINGS), st.integers(0, 2), st.integers(0, 3), st.integers(1, 40)),
        min_size=6,
        max_size=9,
    )
)
def test_the_figures_are_those_of_a_replay(
    app: Flask, workers: Workers, clock: ModuleType, document: str, life: list[tuple[str, int, int, int]]
) -> None:
    # Each life in a year of its own, beyond what a backtest of the next looks at.
    clock.set(f"{next(YEARS)}-06-01 10:00:30", zone="Europe/Paris")
    _retire()
    workers.look()
    hours.set_sending_hours(SendingHours(start=time(9), end=time(20)))
    people = [make.contact("Ana Silva"), make.contact("Leo Martin"), make.client("Kim Roux")]
    parts = dict(DOCUMENTS[document])
    sequence = make.sequence(*parts.pop("steps"), **_how(parts))
    for what, who, number, later in life:
        pass_time(clock, workers, later)
        happen(what, people[who], number, clock)
        workers.run_until_idle()
    pass_time(clock, workers, 24 * 4)
    before = everything()

    found = backtest(sequence)

    assert told(found) == lived(sequence)
    assert everything() == before


def _retire() -> None:
    """Let the sequences of the life before do nothing any more."""
    for sequence in db.session.scalars(select(Sequence).where(Sequence.status == models.ACTIVE)):
        publishing.pause(sequence)


def _how(parts: dict[str, Any]) -> dict[str, Any]:
    trigger = parts.pop("trigger")
    return parts | {"trigger": trigger["kind"], "filters": trigger.get("filters", {})}


@pytest.mark.req("BEY-07")
def test_the_number_of_queries_is_not_that_of_the_people(monday: ModuleType, live: Live, workers: Workers) -> None:
    def ask() -> int:
        with queries.counted() as asked:
            assert backtest(draft).inside == 0
        return len(asked)

    parts = dict(DOCUMENTS["tag"])
    draft = live(*parts.pop("steps"), active=False, **_how(parts))
    _tag_trials(2, workers)
    monday.move(days=40)
    few = ask()
    monday.move(days=-40)
    _tag_trials(30, workers)
    monday.move(days=40)

    assert ask() == few


def _tag_trials(count: int, workers: Workers) -> None:
    for _number in range(count):
        tag(make.contact(), "Trial")
    workers.run_until_idle()


@pytest.mark.req("BEY-07")
def test_people_with_many_messages_in_a_week_are_told(monday: ModuleType, live: Live, workers: Workers) -> None:
    steps = [{"id": f"s{day}", "do": "sms", "body": f"Day {day}", "wait": {"days": 2}} for day in range(5)]
    draft = live(*steps, trigger="tag.added", active=False)
    _tag_trials(2, workers)
    monday.move(days=30)

    found = backtest(draft)

    assert (found.messages, found.over_three, found.most_a_week) == (10, 2, 4)


@pytest.mark.req("BEY-07")
def test_where_there_is_no_time_for_everybody_a_sample_is_read_and_said_to_be_one(
    monday: ModuleType, live: Live, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "CHUNK", 3)
    draft = live(HELLO, trigger="tag.added", active=False)
    _tag_trials(10, workers)
    monday.move(days=3)

    whole, sample = backtest(draft), backtest(draft, budget=0)

    assert (whole.read, whole.of, whole.is_sample, whole.enrolled) == (10, 10, False, 10)
    assert (sample.read, sample.of, sample.is_sample, sample.enrolled) == (3, 10, True, 3)


@pytest.mark.req("BEY-07")
def test_everybody_is_counted_in_the_background_and_the_figures_are_kept_for_a_week(
    monday: ModuleType, live: Live, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Turn by turn, each going on where the last one stopped: the sum is what one pass counts."""
    monkeypatch.setattr(backtesting, "CHUNK", 3)
    monkeypatch.setattr(backtest_counts, "TURN", 0.0)
    ines = make.staff("Inès Garnier", "owner")
    draft = live(HELLO, MAIL, trigger="tag.added", active=False)
    _tag_trials(10, workers)
    monday.move(days=3)
    whole = backtest(draft)

    count = backtest_counts.count_everyone(draft, days=90, by=ines)
    assert backtest_counts.count_everyone(draft, days=90, by=ines) is count
    seen = []
    while work.run_batch("count_backtests"):
        db.session.refresh(count)
        seen.append(count.figures(ines).read)
    found = count.figures(ines)

    assert seen == [3, 6, 9, 10, 10]
    assert (told(found), found.examples) == (told(whole), whole.examples)
    assert (count.status, found.is_sample) == (backtest_counts.COUNTED, False)
    assert backtest_counts.count_of(draft, 90) is count
    assert backtest_counts.count_of(draft, 30) is None
    assert backtest_counts.next_due() is None

    monday.move(days=8)
    workers.look()
    assert backtest_counts.count_of(draft, 90) is None


@pytest.mark.req("BEY-07")
def test_a_count_that_is_called_off_ends_and_one_of_an_older_draft_is_not_shown(
    monday: ModuleType, live: Live, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backtesting, "CHUNK", 1)
    monkeypatch.setattr(backtest_counts, "TURN", 0.0)
    ines = make.staff("Inès Garnier", "owner")
    draft = live(HELLO, trigger="tag.added", active=False)
    _tag_trials(3, workers)
    backtest_counts.count_everyone(draft, days=90, by=ines)
    backtest_counts.count_everyone(draft, days=30, by=ines)
    work.run_batch("count_backtests")
    backtest_counts.call_off(draft, 90)
    workers.run_until_idle()

    assert backtest_counts.count_of(draft, 90) is None
    month = backtest_counts.count_of(draft, 30)
    assert month is not None
    assert month.figures(ines).read == 3
    drafts.save_draft(draft, formats.parse(formats.dump(drafts.draft_of(draft)) | {"steps": [MAIL]}))
    assert backtest_counts.count_of(draft, 30) is None


@pytest.mark.req("BEY-07")
def test_a_count_that_fails_again_and_again_is_given_up_and_says_so(
    monday: ModuleType, live: Live, workers: Workers, monkeypatch: pytest.MonkeyPatch
) -> None:
    ines = make.staff("Inès Garnier", "owner")
    draft = live(HELLO, trigger="tag.added", active=False)
    _tag_trials(2, workers)
    count = backtest_counts.count_everyone(draft, days=90, by=ines)
    db.session.commit()

    def breaks(*_args: Any) -> None:
        raise RuntimeError("the disk is full")

    monkeypatch.setattr(backtesting, "_concerned", breaks)
    for _turn in range(backtest_counts.TRIES):
        with pytest.raises(RuntimeError, match="disk"):
            work.run_batch("count_backtests")
    workers.run_until_idle()
    db.session.refresh(count)

    assert count.has_failed
    assert backtest_counts.next_due() is None


@pytest.mark.req("BEY-07")
def test_what_nothing_keeps_the_past_of_is_said(monday: ModuleType, live: Live) -> None:
    asks = {"id": "asks", "if": {"rules": [{"rule": "custom.level", "value": "high"}]}, "then": [HELLO], "else": []}

    plain, careful = backtest(live(HELLO, active=False)), backtest(live(asks, active=False))

    assert not any("as things are today" in limit for limit in plain.limits)
    assert any("as things are today, for nothing keeps their past: Custom field" in one for one in careful.limits)


@pytest.mark.req("BEY-07")
def test_who_would_have_answered_is_said_to_be_unknown_where_a_step_waits_for_it(live: Live) -> None:
    replied, booked = (
        live(HELLO | {"wait": {"event": {"kind": kind}, "timeout": {"days": 3}}}, active=False)
        for kind in ("message.replied", "class.booked")
    )

    assert [any("opened or answered" in said for said in backtest(one).limits) for one in (replied, booked)] == [
        True,
        False,
    ]


@pytest.mark.req("BEY-07")
def test_what_was_waited_for_had_come_for_one_and_not_for_the_other(
    monday: ModuleType, live: Live, workers: Workers
) -> None:
    """The one goes on as soon as it comes, and by another branch; the booking that brought them in is not it."""
    ana, leo = make.contact("Ana Silva"), make.contact("Leo Martin")
    for one in (ana, leo):
        post("class.booked", one, class_name="Hatha", booking_id=f"first-{one.id}")
    workers.run_until_idle()
    monday.move(days=1)
    post("class.booked", ana, class_name="Hatha", booking_id="second")
    workers.run_until_idle()
    monday.move(hours=20)
    draft = live(*DOCUMENTS["awaiting"]["steps"], trigger="class.booked", single_enrolment=True, active=False)
    told_early = backtest(draft)
    monday.move(days=9)
    found = backtest(draft)

    def outcomes(of: Backtest) -> list[dict[str, int]]:
        return [dict(one.outcomes) for one in of.steps]

    assert outcomes(told_early) == [{"done": 2}, {"true": 1}, {"done": 1}, {}, {}]
    assert outcomes(found) == [{"done": 2}, {"true": 1, "false": 1}, {"done": 1}, {"done": 1}, {"done": 2}]
    assert found.sent == {"sms": 4, "email": 2}


@pytest.mark.req("BEY-07")
def test_birthdays_and_long_absences_are_found_though_nobody_looked_for_them(
    monday: ModuleType, live: Live, workers: Workers
) -> None:
    custom_fields.create_field("Birthday", "date")
    key = custom_fields.birthday_fields()[0].key
    make.contact("Ana Silva", custom={key: "1990-06-10"})
    make.contact("Leo Martin", custom={key: "1990-12-24"})
    post("class.visited", make.contact("Kim Roux"), class_name="Hatha")
    workers.run_until_idle()
    monday.move(days=30)
    wish = live(HELLO, trigger="client.birthday", active=False)
    miss = live(HELLO | {"wait": {"days": 20}}, trigger="client.winback", active=False)

    assert backtest(wish).sent == {"sms": 1}
    assert backtest(miss).sent == {"sms": 1}
    assert backtest(miss, days=5).enrolled == 0


@pytest.mark.req("BEY-07")
def test_examples_are_people_whom_the_asker_may_see(monday: ModuleType, live: Live, workers: Workers) -> None:
    croix, belle = make.location("Croix-Rousse"), make.location("Bellecour")
    hours.set_sending_hours(SendingHours(start=time(12), end=time(20)))
    draft = live(HELLO, trigger="tag.added", active=False)
    for name, home in (("Ana Silva", croix), ("Leo Martin", belle)):
        tag(make.contact(name, location=home), "Trial")
    workers.run_until_idle()
    monday.move(days=2)
    nora = make.staff("Nora Petit", "front_desk", only_location_id=croix.id)

    [ana] = backtest(draft, seen_by=nora).examples
    assert (ana.name, ana.messages) == ("Ana Silva", 1)
    assert {one.name for one in backtest(draft).examples} == {"Ana Silva", "Leo Martin"}


@pytest.mark.req("BEY-07")
def test_the_api_tells_the_same(business: Business, client: Client, live: Live, workers: Workers) -> None:
    draft = live(HELLO, MAIL, trigger="tag.added", active=False)
    tag(make.contact("Ana Silva"), "Trial")
    _secret, token = tokens.create_token("Warehouse", ())
    business.at("2026-06-20 10:00")

    def ask(body: dict[str, Any]) -> Any:
        headers = {"Authorization": f"Bearer {token}"}
        return client.post(f"/api/v1/sequences/{draft.id}/backtest", json=body, headers=headers)

    found = ask({"days": 30}).get_json()

    assert (found["people"], found["messages"], found["sent"]) == (1, 2, {"sms": 1, "email": 1})
    assert [one["sent"] for one in found["steps"]] == [1, 1]
    assert ask({"days": 3}).get_json()["people"] == 0
    assert ask({"days": 0}).status_code == 422
