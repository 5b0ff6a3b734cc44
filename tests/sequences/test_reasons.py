"""Why did she get this, why did she not: each reason, forced once, in the words that the page and the API give."""

from __future__ import annotations

import html
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
from flask_babel import force_locale
from sqlalchemy import select

from app import reasons
from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.messaging.models import Message
from app.sequences.actions.registry import ACTIONS, Outcome
from app.sequences.models import Enrolment, Refused, StepRun
from app.sequences.webhook_queue import WebhookCall
from app.staff import tokens
from tests.harness.client import Client
from tests.harness.receiver import Receiver
from tests.harness.smtp import SmtpSink
from tests.harness.twilio import TwilioStandIn
from tests.harness.work import Workers
from tests.sequences.conftest import enrolments, messages, only, tag
from tests.sequences.reason_cases import (
    AT_A_STEP,
    AT_THE_END,
    IN_THE_LOG,
    MATCHED,
    OUTSIDE,
    SMS,
    Case,
    Studio,
    bought_a_membership,
)

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}

# Reasons that take more than the product's verbs to come about: a fault of its own, a second worker.
ELSEWHERE = {
    "error": "sequences/test_reasons.py::test_a_step_that_fails_parks_the_run_and_says_so",
    "once": "sequences/test_reasons.py::test_once_only_says_when_it_began",
    "busy": "sequences/test_pressure.py::test_what_another_worker_has_in_hand_for_somebody_is_waited_for",
}


@pytest.fixture
def the(  # noqa: PLR0917 - fixtures
    monday: ModuleType,
    workers: Workers,
    smtp: SmtpSink,
    twilio: TwilioStandIn,
    receiver: Receiver,
    client: Client,
) -> Studio:
    owner = make.staff("Inès Garnier", "owner")
    client.sign_in(owner)
    return Studio(monday, workers, smtp, twilio, receiver, owner)


def of(cases: Sequence[Case]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Run a test for each of these, under its name."""
    return pytest.mark.parametrize("case", cases, ids=[one.force.__name__.strip("_") for one in cases])


def stored(contact: Contact) -> set[str]:
    """The codes of all that is kept about somebody."""
    kept = [
        select(column).where(table.contact_id == contact.id)
        for table, column in (
            (Enrolment, Enrolment.reason),
            (Refused, Refused.reason),
            (Message, Message.reason),
            (WebhookCall, WebhookCall.reason),
        )
    ]
    kept.append(select(StepRun.reason).join(Enrolment).where(Enrolment.contact_id == contact.id))
    return {said.partition(":")[0] for one in kept for said in db.session.scalars(one)}


@pytest.mark.req("BEY-02")
def test_every_reason_there_is_has_been_forced() -> None:
    """Whoever declares a new one adds how it comes about."""
    forced = {case.code for cases in (AT_A_STEP, AT_THE_END, IN_THE_LOG, OUTSIDE) for case in cases if case.code}

    assert forced | set(ELSEWHERE) == set(reasons.REASONS), "add the new reason to tests/sequences/reason_cases.py"
    for code, place in ELSEWHERE.items():
        file, _colons, name = place.partition("::")
        source = (Path(__file__).parents[1] / file).read_text()
        body = source.partition(f"def {name}(")[2].partition("\n\n\n")[0]
        assert str(reasons.REASONS[code].sentence)[:16] in body, f"{place} says nothing of {code}"


@pytest.mark.req("BEY-02")
@of(AT_A_STEP)
def test_a_step_says_why(the: Studio, client: Client, case: Case) -> None:
    ana = case.force(the)
    db.session.commit()
    run = enrolments(ana)[-1]

    [told] = [one for one in from_the_api(client, run)["runs"] if one["step_id"] == "it"]
    assert (told["outcome"], told["reason"]) == (case.outcome, case.sentence)
    assert case.sentence.lower() in on_the_page(client, run).lower()
    assert not case.code or case.code in stored(ana)


@pytest.mark.req("BEY-02")
@of(AT_THE_END)
def test_the_end_says_why(the: Studio, client: Client, case: Case) -> None:
    ana = case.force(the)
    run = enrolments(ana)[0]

    told = from_the_api(client, run)
    assert (told["status"], told["reason"]) == (case.outcome, case.sentence)
    assert case.sentence in on_the_page(client, run)
    assert case.code in stored(ana)


@pytest.mark.req("BEY-02")
@of(IN_THE_LOG)
def test_a_message_says_why_in_the_log(the: Studio, client: Client, case: Case) -> None:
    ana = case.force(the)
    db.session.commit()
    [one] = [one for one in messages(ana) if one.reason.partition(":")[0] == case.code]

    assert one.status == case.outcome
    assert case.sentence.lower() in text_of(client.get(f"/settings/messages/{one.id}", headers=PARTIAL).text).lower()


@pytest.mark.req("BEY-02")
def test_a_step_that_fails_parks_the_run_and_says_so(
    the: Studio, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(_items: object, _now: object) -> list[Outcome]:
        raise ZeroDivisionError

    the.live(SMS)
    monkeypatch.setitem(ACTIONS, "sms", replace(ACTIONS["sms"], run=broken))
    ana = the.enter()

    run = only(ana)
    assert from_the_api(client, run)["reason"] == "An error: ZeroDivisionError"
    assert "An error: ZeroDivisionError" in on_the_page(client, run)


@pytest.mark.req("BEY-02")
@of(OUTSIDE)
def test_who_is_not_inside_can_be_asked_for_by_name(the: Studio, client: Client, case: Case) -> None:
    ana = case.force(the)
    db.session.commit()
    assert enrolments(ana) == []
    assert the.sequence is not None

    page = text_of(client.get(f"/sequences/{the.sequence.id}/people?q=duval", headers=PARTIAL).text)
    assert "Ana Duval" in page
    assert case.sentence in page
    is_matched = case.outcome == MATCHED
    assert (case.sentence in text_of(client.get(f"/contacts/{ana.id}").text)) == is_matched
    assert (case.code in stored(ana)) == is_matched


@pytest.mark.req("BEY-02", "ENR-09")
def test_once_only_says_when_it_began(the: Studio, client: Client) -> None:
    the.live(SMS, trigger="tag.added", single_enrolment=True)
    ana = make.contact("Ana Duval")
    tag(ana, "VIP")
    the.workers.run_until_idle()
    the.clock.move(days=1)
    tag(ana, "Regular")
    the.workers.run_until_idle()

    said = "Has been through, begun on 1 June, and this sequence takes each person once only"
    assert said in text_of(client.get(f"/contacts/{ana.id}").text)


@pytest.mark.req("BEY-02")
def test_a_reason_is_said_in_the_readers_language_in_the_log_too(the: Studio, client: Client) -> None:
    ana = bought_a_membership(the)
    the.owner.language = "fr"
    db.session.commit()

    assert "condition de sortie remplie : a acheté un abonnement le 1 juin" in text_of(
        client.get(f"/contacts/{ana.id}").text
    ).replace("\u00a0", " ")


@pytest.mark.parametrize("what", sorted(reasons.REASONS))
def test_every_reason_reads_as_a_sentence_with_and_without_what_is_known(the: Studio, what: str) -> None:
    for language in ("en", "fr"):
        with force_locale(language):
            said = [reasons.say(reasons.code(what)), reasons.say(reasons.code(what, "2026-06-03T09:00+02:00"))]
            assert all(one and "%" not in one and one[-1] != ":" for one in said)


def from_the_api(client: Client, run: Enrolment) -> dict[str, Any]:
    _, token = tokens.create_token("Warehouse", ())
    db.session.commit()
    answer = client.get(f"/api/v1/enrolments/{run.id}", headers={"Authorization": f"Bearer {token}"})
    found: dict[str, Any] = answer.get_json()
    return found


def on_the_page(client: Client, run: Enrolment) -> str:
    return text_of(client.get(f"/sequences/{run.sequence_id}/people/{run.id}", headers=PARTIAL).text)


def text_of(page: str) -> str:
    """What a person reads of a page."""
    return html.unescape(re.sub(r"<[^>]+>", "", page))
