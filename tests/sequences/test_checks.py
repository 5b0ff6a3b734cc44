"""The check before publishing: what it finds, how grave it is, and what one click does about it (SEQ-24)."""

from __future__ import annotations

from datetime import timedelta
from types import ModuleType
from typing import Any

import pytest
from flask import Flask

from app.contacts import consent
from app.demo import make
from app.sequences import checking, checks, drafts, formats, graph, hours, pressure, publishing
from app.sequences.checks import DOCUMENT, ERROR, NOTICE, PEOPLE, STUDIO, WARNING, Finding
from app.sequences.hours import SendingHours
from app.sequences.pressure import Cap, Caps
from tests.harness import queries
from tests.sequences.conftest import post

SMS = {"id": "sms", "do": "sms", "body": "Hi ##{{first_name}}"}
MAIL = {"id": "mail", "do": "email", "subject": "Hello", "html": "<p>Come by.</p>"}
STOP = {"id": "stop", "do": "stop"}
VIP = {"rule": "tag.has", "value": "VIP"}


def of(*steps: dict[str, Any], about: str = DOCUMENT, trigger: str = "client.created", **more: Any) -> list[Finding]:
    """What is found in a sequence of these steps."""
    said = {"title": "Test", "trigger": {"kind": trigger}, "steps": list(steps)} | more
    return checking.findings(graph.Document.model_validate(said), about={about})


def codes(found: list[Finding]) -> list[tuple[str, str | None]]:
    return [(one.code, one.step_id) for one in found]


def mended(found: Finding, *steps: dict[str, Any], typed: str = "", **more: Any) -> list[dict[str, Any]]:
    """The steps as they are once it is mended."""
    document = graph.Document.model_validate(
        {"title": "Test", "trigger": {"kind": "client.created"}, "steps": list(steps)} | more
    )
    assert found.mend is not None
    changed: list[dict[str, Any]] = formats.dump(found.mend.change(document, typed))["steps"]
    return changed


def test_a_sound_sequence_has_nothing_against_it(app: Flask) -> None:
    assert of(MAIL, SMS | {"wait": {"days": 1}}) == []


def test_errors_come_first_and_each_says_where(app: Flask) -> None:
    found = of({"id": "off"} | MAIL | {"id": "off", "enabled": False}, SMS | {"body": "[your offer]"}, trigger="nope")
    assert [(one.severity, one.code) for one in found] == [
        (ERROR, "shape"),
        (WARNING, "placeholder"),
        (NOTICE, "off"),
    ]
    assert len({one.key for one in found}) == 3


# ------------------------------------------------------------------ texts


@pytest.mark.req("SEQ-24")
def test_a_placeholder_is_put_in_once_for_all_steps_and_stays_text(app: Flask) -> None:
    steps = (MAIL | {"subject": "From [your name]", "html": "<p>[your name]</p>"}, SMS | {"body": "It is [your name]"})
    [found] = of(*steps)
    assert (found.code, found.hint) == ("placeholder", "It stands in 2 steps.")

    mail, sms = mended(found, *steps, typed="Ana & <Leo>")
    assert (mail["subject"], mail["html"], sms["body"]) == (
        "From Ana & <Leo>",
        "<p>Ana &amp; &lt;Leo&gt;</p>",
        "It is Ana & <Leo>",
    )


@pytest.mark.req("SEQ-26")
def test_a_variable_that_is_not_filled_in_becomes_the_nearest_one(app: Flask) -> None:
    [found] = of(SMS | {"body": "Hi ##{{first_nam}}"})
    assert (found.code, found.severity) == ("variable", WARNING)
    assert mended(found, SMS | {"body": "Hi ##{{first_nam}}"})[0]["body"] == "Hi ##{{first_name}}"


@pytest.mark.parametrize(
    "address",
    ["", "#", "www.studio.fr", "mailto:", "https://example.com/x", "https://studio", "javascript:x", "HOME/nix"],
)
def test_links_that_lead_nowhere(app: Flask, address: str) -> None:
    address = address.replace("HOME", app.config["SETTINGS"].public_url)
    assert codes(of(MAIL | {"html": f'<p><a href="{address}">Here</a></p>'})) == [("link", "mail")]


@pytest.mark.parametrize(
    "address",
    ["https://studio.fr/book", "tel:+33612345678", "##{{referral_link}}", "[link to your timetable]", "HOME/"],
)
def test_links_that_may_lead_somewhere(app: Flask, address: str) -> None:
    address = address.replace("HOME", app.config["SETTINGS"].public_url)
    assert "link" not in {one.code for one in of(MAIL | {"html": f'<p><a href="{address}">Here</a></p>'})}


def test_a_link_gets_its_scheme(app: Flask) -> None:
    mail = MAIL | {"html": '<a href="www.studio.fr/x">Here</a>'}
    [found] = of(mail)
    assert mended(found, mail)[0]["html"] == '<a href="https://www.studio.fr/x">Here</a>'


def test_an_sms_that_is_charged_as_several_is_spelled_plainly(app: Flask) -> None:
    sms = SMS | {"body": "Prêt pour ce soir ? " + "On t’attend avec plaisir. " * 4}
    [found] = of(sms)
    assert (found.code, found.severity, found.detail) == ("segments", NOTICE, "This SMS is sent, and charged, as 2")

    plain = mended(found, sms)[0]
    assert plain["body"].startswith("Pret pour ce soir ? On t'attend")
    assert of(plain) == []
    [many] = of(SMS | {"body": "x" * 500})
    assert (many.severity, many.mend) == (WARNING, None)


def test_the_same_words_twice_unless_nobody_gets_both(app: Flask) -> None:
    again = SMS | {"id": "again", "wait": {"hours": 2}}
    [found] = of(SMS, again)
    assert (found.code, found.step_id) == ("same_words", "again")
    assert mended(found, SMS, again)[1]["repeat"] is True
    assert of({"id": "if", "if": {"rules": [VIP]}, "then": [SMS], "else": [again]}) == []


# ------------------------------------------------------------------ ways


def test_steps_behind_a_stop_never_run_and_are_removed_at_once(app: Flask) -> None:
    steps = (MAIL, STOP, SMS, SMS | {"id": "more", "body": "More"})
    [found] = of(*steps)
    assert (found.code, found.step_id) == ("never", "sms")
    assert found.detail == "This step and those after it never run: 2 in all"
    assert [step["id"] for step in mended(found, *steps)] == ["mail", "stop"]


@pytest.mark.parametrize(
    "fork",
    [
        {"id": "if", "if": {"rules": [VIP]}, "then": [STOP], "else": [STOP | {"id": "too"}]},
        {"id": "s", "split": [{"share": 100, "steps": [STOP]}, {"share": 0, "steps": []}]},
    ],
)
def test_where_all_branches_stop_nobody_goes_on(app: Flask, fork: dict[str, Any]) -> None:
    assert codes(of(fork, SMS)) == [("never", "sms")]


def test_a_branch_without_a_share_or_of_a_fork_that_is_off_is_never_taken(app: Flask) -> None:
    split = {"id": "s", "split": [{"share": 100, "steps": [MAIL]}, {"share": 0, "steps": [SMS]}]}
    assert codes(of(split)) == [("never", "sms")]
    off = {"id": "if", "enabled": False, "if": {"rules": [VIP]}, "then": [SMS]}
    assert codes(of(off)) == [("never", "sms"), ("off", "if")]


@pytest.mark.parametrize(
    ("match", "rules", "detail"),
    [
        ("all", [VIP, VIP | {"not": True}], "This is never true: nobody takes the True side"),
        ("any", [VIP, VIP | {"not": True}], "This is always true: nobody takes the False side"),
        (
            "all",
            [{"rule": "bookings.count", "op": ">=", "value": 4}, {"rule": "bookings.count", "op": "<", "value": 3}],
            "This is never true: nobody takes the True side",
        ),
    ],
)
def test_rules_that_exclude_each_other(app: Flask, match: str, rules: list[dict[str, Any]], detail: str) -> None:
    [found] = of({"id": "if", "if": {"match": match, "rules": rules}, "then": [SMS]})
    assert (found.code, found.detail) == ("contradiction", detail)


def test_rules_that_go_together_are_no_contradiction(app: Flask) -> None:
    rules = [{"rule": "bookings.count", "op": ">=", "value": 2}, {"rule": "bookings.count", "op": "<=", "value": 2}]
    assert of({"id": "if", "if": {"rules": rules}, "then": [SMS]}) == []
    apart = [rules[0] | {"value": 5}, rules[1]]
    assert of({"id": "if", "if": {"match": "any", "rules": apart}, "then": [SMS]}) == []


def test_the_same_question_again_at_the_same_instant(app: Flask) -> None:
    inner = {"id": "inner", "if": {"rules": [VIP]}, "then": [SMS]}
    assert codes(of({"id": "if", "if": {"rules": [VIP]}, "else": [inner]})) == [("contradiction", "inner")]
    assert of({"id": "if", "if": {"rules": [VIP]}, "else": [inner | {"wait": {"days": 1}}]}) == []


def test_what_an_exit_has_let_out_is_not_asked_about(app: Flask) -> None:
    bought = {"rule": "membership.purchased", "since": "enrolment"}
    fork = {"id": "if", "if": {"rules": [bought]}, "then": [MAIL], "else": [SMS]}
    assert codes(of(fork, exits=[bought])) == [("already_out", "if")]


def test_a_step_before_the_date_that_comes_too_late_for_it(app: Flask) -> None:
    day = SMS | {"id": "day", "wait": {"before_anchor": {"days": 1}}}
    week = MAIL | {"id": "week", "wait": {"before_anchor": {"days": 7}}}
    assert of(week, day, trigger="class.booked") == []
    assert codes(of(day, week, trigger="class.booked")) == [("past", "week")]
    assert of(MAIL, day, trigger="class.booked") == []
    assert codes(of(MAIL, day, trigger="class.visited")) == [("past", "day")]


def test_every_step_off_and_a_fork_about_nothing(app: Flask) -> None:
    assert {one.code for one in of(SMS | {"enabled": False})} == {"all_off", "off"}
    assert codes(of({"id": "if", "if": {"rules": [VIP]}})) == [("nothing", "if")]


# ------------------------------------------------------------------ the studio


def test_a_task_for_a_role_that_nobody_has(app: Flask) -> None:
    task = {"id": "task", "do": "task", "title": "Call", "assign": {"role": "Front desk"}}
    [found] = of(task, about=STUDIO)
    assert (found.code, found.detail) == ("nobody", "Nobody has the role “Front desk”")
    make.staff("Léa Roux", "front_desk")
    assert of(task, about=STUDIO) == []


def test_rules_about_what_does_not_exist(app: Flask) -> None:
    fork = {"id": "if", "if": {"rules": [VIP]}, "then": [{"id": "tag", "do": "tag.add", "tags": ["VIP"]}]}
    assert codes(of(fork, about=STUDIO)) == []  # an earlier run has given the tag
    asks = {"id": "if", "if": {"rules": [{"rule": "lead.source", "value": "Nowhere"}]}, "then": []}
    assert ("gone", "if") in codes(of(asks, about=STUDIO))


def test_the_hours_and_the_caps(app: Flask, monday: ModuleType) -> None:
    hours.set_sending_hours(SendingHours.model_validate({"start": "09:00", "end": "20:00"}))
    pressure.set_caps(Caps(email=Cap(most=0)))
    early = SMS | {"wait": {"until": "07:00"}}
    found = {one.code: one for one in of(early, MAIL, about=STUDIO)}
    assert found["capped"].step_id == "mail"
    assert found["hours_wait"].detail == "It is set for 07:00, outside the sending hours"
    assert mended(found["hours_wait"], early)[0]["wait"]["until"] == "09:00"


@pytest.mark.req("UPT-06")
def test_classes_too_early_for_their_reminder_are_counted(app: Flask, monday: ModuleType) -> None:
    hours.set_sending_hours(SendingHours.model_validate({"start": "09:00", "end": "20:00"}))
    reminder = SMS | {"wait": {"before_anchor": {"hours": 1}}}

    [guess] = [one for one in of(reminder, about=STUDIO, trigger="class.booked") if one.code == "hours_lost"]
    assert (guess.severity, guess.detail) == (
        NOTICE,
        "For what begins until 09:00 or from 21:00 on this message does not go",
    )

    ana = make.client("Ana Duarte")
    for name, hour in (("Morning flow", 7), ("Morning flow", 31), ("Yin", 18)):
        begins = monday.now() + timedelta(days=2, hours=hour - 10)
        post("class.booked", ana, class_name=name, starts_at=begins.isoformat(), booking_id=f"{name}{hour}")
    [found] = [one for one in of(reminder, about=STUDIO, trigger="class.booked") if one.code == "hours_lost"]
    assert found.detail == "For 2 of 3 classes this message would come too late, and does not go"
    assert found.hint == ("“Morning flow” begins at 07:00: 1 hour before is 06:00, and messages go 09:00 to 20:00.")


def test_no_way_out_though_a_sequence_of_the_kind_has_one(app: Flask) -> None:
    bought = {"rule": "purchase.made", "since": "enrolment"}
    other = make.sequence(SMS, trigger="lead.created", exits=[bought])
    draft = make.sequence(MAIL, trigger="lead.created", active=False)
    [found] = [one for one in publishing.check(draft) if one.code == "no_exit"]
    assert found.mend is not None
    changed = found.mend.change(drafts.draft_of(draft), "")
    assert [use.rule for use in changed.exits] == ["purchase.made"]
    assert not [one for one in publishing.check(other) if one.code == "no_exit"]


# ------------------------------------------------------------------ the people


def test_how_many_are_not_reached_in_one_query_a_channel(app: Flask) -> None:
    people = [make.client(f"Ana {number}") for number in range(5)]
    make.client("Leo Martin", phone=None)
    make.contact("No client", phone=None)
    consent.withdraw(people[0], ["sms_marketing", "email_marketing"], by=make.SYSTEM, via="page")
    consent.withdraw(people[1], ["email_marketing"], by=make.SYSTEM, via="page")
    of(SMS, MAIL, about=PEOPLE)

    with queries.counted() as asked:
        found = of(SMS, MAIL, SMS | {"id": "more", "body": "More"}, about=PEOPLE)
    assert len(asked) == 2
    assert [(one.severity, one.detail) for one in found] == [
        (NOTICE, "2 of 6 people (33 %) have unsubscribed from e-mails"),
        (NOTICE, "1 of 6 people (17 %) has no phone number"),
        (NOTICE, "1 of 6 people (17 %) has unsubscribed from SMS"),
    ]


def test_where_many_are_not_reached_it_is_warned_of_and_leads_are_counted_for_leads(app: Flask) -> None:
    make.client("Ana Duarte")
    make.lead(make.contact("Leo Martin", phone=None))
    [found] = of(SMS, about=PEOPLE, trigger="lead.created")
    assert (found.severity, found.detail) == (WARNING, "1 of 1 people (100 %) has no phone number")
    assert found.hint.endswith("Counted among today's open leads.")


# ------------------------------------------------------------------ what stops, what does not


def test_only_errors_stop_publishing(app: Flask) -> None:
    sequence = make.sequence(SMS | {"body": "[your offer]"}, STOP, MAIL, active=False)
    publishing.publish(sequence)
    assert sequence.live_id is not None
    assert {one.severity for one in publishing.check(sequence)} >= {WARNING}


def test_every_check_is_declared_once_and_grave_enough() -> None:
    assert {one.about for one in checks.CHECKS.values()} == set(checks.ABOUT)
    assert all(one.severity in checks.SEVERITIES for one in checks.CHECKS.values())
