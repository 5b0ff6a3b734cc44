"""Calling other systems for steps: claim a batch, commit, call, record. At least once, always under the same name.

What goes out is JSON, named by enrolment and step in the header Idempotency-Key, and signed with the secret that its
step names: `Encore-Signature: t=SECONDS,v1=HEX`, the HMAC-SHA256 of "SECONDS.BODY". Neither body nor secret is ever
logged.
"""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

import structlog
from flask import Flask, current_app
from flask_babel import lazy_gettext as _
from sqlalchemy import func, or_, select, update
from sqlalchemy.orm import joinedload

from app import clock, reasons, work
from app.apps import suite
from app.contacts import erase
from app.contacts.models import Contact
from app.db import db, is_postgresql, one_of
from app.events import Event
from app.messaging import reasons as messaging_reasons
from app.messaging import variables
from app.messaging.carriers import Undeliverable, Unreachable
from app.sequences import graph, webhook_secrets
from app.sequences.actions.webhook import WebhookParams
from app.sequences.engine.program import Program, programs
from app.sequences.models import Enrolment
from app.sequences.webhook_queue import CALLING, FAILED, QUEUED, SENT, WebhookCall

log = structlog.get_logger(__name__)

BATCH = 20
AT_ONCE = 10  # calls of a batch on their way together, so that one slow system holds up few
LEASE = timedelta(minutes=5)
PAUSES = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=12),
)  # after each failure; then it is given up

RETRYING = reasons.declare(
    "call_retrying", _("Not reached, will be tried again"), _("Not reached (%(about)s), will be tried again")
)
NOT_REACHED = reasons.declare(
    "call_not_reached", _("The other system was not reached"), _("The other system was not reached: %(about)s")
)
REFUSED = reasons.declare("call_refused", _("The other system refused it"), _("The other system refused it: %(about)s"))
NO_SECRET = reasons.declare(
    "call_no_secret", _("The secret to sign with is not here"), _("The secret to sign with, “%(about)s”, is not here")
)


class Caller(Protocol):
    """Carries calls to addresses that people have typed."""

    def post(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        """Post a body. Raises Undeliverable where it is refused for good, Unreachable where later may be better."""


def install(app: Flask, caller: Caller) -> None:
    """Let this one call from now on."""
    app.extensions["webhook_caller"] = caller


@dataclass(frozen=True, slots=True)
class Call:
    """A call ready to leave: plain values."""

    id: int
    attempts: int
    key: str
    url: str
    secret: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Ended:
    """What came of one attempt."""

    call: Call
    status: str
    reason: str = ""
    retry_in: timedelta | None = None


def claim() -> list[Call]:
    """Take what is due under a lease, or what a dead worker had taken, and make the bodies that are not made yet."""
    if not suite.is_on():
        return []
    now = clock.now()
    is_due = or_(
        (WebhookCall.status == QUEUED) & (WebhookCall.due_at <= now),
        (WebhookCall.status == CALLING) & (WebhookCall.lease_until <= now),
    )
    wanted = select(WebhookCall).where(is_due).order_by(WebhookCall.due_at, WebhookCall.id).limit(BATCH)
    wanted = wanted.options(joinedload(WebhookCall.contact))
    if is_postgresql():
        wanted = wanted.with_for_update(of=WebhookCall, skip_locked=True)
    taken = list(db.session.scalars(wanted.execution_options(populate_existing=True)))
    for one in taken:
        one.status, one.lease_until, one.attempts = CALLING, now + LEASE, one.attempts + 1
    return _made(taken, now)


def act(calls: Sequence[Call]) -> Iterator[None]:
    """Make the calls, and write down what came of them."""
    post = partial(_attempt, current_app.extensions["webhook_caller"], clock.now())
    with ThreadPoolExecutor(max_workers=AT_ONCE) as pool:
        _record(list(pool.map(post, calls)))
    yield


def next_due() -> datetime | None:
    """From when something waits."""
    if not suite.is_on():
        return None
    queued = select(func.min(WebhookCall.due_at)).where(WebhookCall.status == QUEUED)
    calling = select(func.min(WebhookCall.lease_until)).where(WebhookCall.status == CALLING)
    known = [at for at in (db.session.scalar(queued), db.session.scalar(calling)) if at is not None]
    return min(known, default=None)


def in_flight() -> bool:
    """Whether some worker is calling just now."""
    calling = select(WebhookCall.id).where(WebhookCall.status == CALLING, WebhookCall.lease_until > clock.now())
    return db.session.scalar(calling.limit(1)) is not None


def register() -> None:
    work.register(work.Work(actor="deliver_webhooks", claim=claim, act=act, next_due=next_due, in_flight=in_flight))


def rehearse(contact_id: int) -> int:
    """Take somebody's queued calls as made: for simulations, which undo it all."""
    taken = db.session.scalars(
        update(WebhookCall)
        .where(WebhookCall.contact_id == contact_id, WebhookCall.status == QUEUED)
        .values(status=SENT, ended_at=clock.now())
        .returning(WebhookCall.id)
        .execution_options(synchronize_session=False)
    )
    return len(taken.all())


@erase.also
def clear_calls(contact: Contact) -> None:
    """What has not left does not leave any more."""
    theirs = update(WebhookCall).where(WebhookCall.contact_id == contact.id)
    db.session.execute(theirs.values(body=""))
    waiting = theirs.where(WebhookCall.status.in_((QUEUED, CALLING)))
    db.session.execute(waiting.values(status=FAILED, reason=messaging_reasons.ERASED, ended_at=clock.now()))


def _made(taken: Sequence[WebhookCall], now: datetime) -> list[Call]:
    """The calls with their bodies; one whose step is gone is given up."""
    known = programs({one.revision_id for one in taken})
    secrets = webhook_secrets.values() if taken else {}
    ready: list[tuple[WebhookCall, WebhookParams]] = []
    for one in taken:
        params = _params(known[one.revision_id], one.step_id)
        why_not = _why_not(one, params, secrets)
        if why_not is None:
            ready.append((one, params))
        else:
            one.status, one.reason, one.ended_at = FAILED, why_not, now
    _write_bodies([pair for pair in ready if not pair[0].body], known)
    return [
        Call(one.id, one.attempts, one.key, params.url, _secret(params, secrets), one.body.encode())
        for one, params in ready
    ]


def _params(program: Program, step_id: str) -> WebhookParams:
    """What the revision says that queued the call: revisions never change."""
    step = program.nodes[step_id].step
    assert isinstance(step, graph.ActionStep)  # noqa: S101 - and queued by a webhook
    assert isinstance(step.params, WebhookParams)  # noqa: S101
    return step.params


def _why_not(one: WebhookCall, params: WebhookParams, secrets: Mapping[str, str]) -> str | None:
    """Why a call does not leave: nothing goes unsigned that was meant to be signed."""
    if one.contact.erased_at is not None:
        return messaging_reasons.ERASED
    if params.signed_with and not _secret(params, secrets):
        return reasons.code(NO_SECRET, params.signed_with)
    return None


def _secret(params: WebhookParams, secrets: Mapping[str, str]) -> str:
    return secrets.get(params.signed_with.casefold(), "")


def _write_bodies(blank: Sequence[tuple[WebhookCall, WebhookParams]], known: Mapping[int, Program]) -> None:
    """Fill the bodies in: one query for what started the runs, and one a variable for all."""
    if not blank:
        return
    began = {
        run.id: (run, event)
        for run, event in db.session.execute(
            select(Enrolment, Event)
            .outerjoin(Event, Event.id == Enrolment.event_id)
            .where(one_of(Enrolment.id, [one.enrolment_id for one, _params in blank]))
        )
    }
    texts = [value for _one, params in blank for value in params.fields.values()]
    people = {one.contact.id: one.contact for one, _params in blank}
    values = variables.values_for(list(people.values()), variables.SEQUENCE, variables.keys_in(*texts))
    for one, params in blank:
        run, event = began[one.enrolment_id]
        said = values.get(one.contact_id, {})
        body = {
            "id": one.key,
            "at": one.queued_at.isoformat(),
            "sequence": {"id": one.sequence_id, "title": known[one.revision_id].title},
            "step_id": one.step_id,
            "enrolment": {"id": run.id, "started_at": run.started_at.isoformat()},
            "contact": _contact(one.contact),
            "event": _event(event),
            "fields": {name: variables.fill(text, said) for name, text in params.fields.items()},
        }
        one.body = json.dumps(body, ensure_ascii=False)


def _contact(contact: Contact) -> dict[str, Any]:
    names = ("id", "external_id", "first_name", "last_name", "email", "phone")
    return {name: getattr(contact, name) for name in names} | {"client": contact.is_client}


def _event(event: Event | None) -> dict[str, Any] | None:
    if event is None:
        return None
    return {"id": event.id, "kind": event.kind, "occurred_at": event.occurred_at.isoformat(), "data": event.data}


def _attempt(caller: Caller, now: datetime, call: Call) -> Ended:
    """One call: every failure is an outcome. Touches neither database nor application."""
    try:
        caller.post(call.url, call.body, _headers(call, now))
    except Undeliverable as refusal:
        return Ended(call, FAILED, reasons.code(REFUSED, refusal))
    except Unreachable as failure:
        if call.attempts > len(PAUSES):
            return Ended(call, FAILED, reasons.code(NOT_REACHED, failure))
        return Ended(call, QUEUED, reasons.code(RETRYING, failure), PAUSES[call.attempts - 1])
    except Exception as error:
        log.exception("webhook.failed", call_id=call.id, error=type(error).__name__)
        return Ended(call, FAILED, reasons.code(NOT_REACHED, type(error).__name__))
    return Ended(call, SENT)


def _headers(call: Call, now: datetime) -> dict[str, str]:
    headers = {"Content-Type": "application/json", "User-Agent": "Encore", "Idempotency-Key": call.key}
    if call.secret:
        headers["Encore-Signature"] = signature(call.secret, call.body, now)
    return headers


def signature(secret: str, body: bytes, at: datetime) -> str:
    """Who has the secret can tell that a body comes from here, and when it left."""
    seconds = str(int(at.timestamp()))
    digest = hmac.new(secret.encode(), f"{seconds}.".encode() + body, hashlib.sha256).hexdigest()
    return f"t={seconds},v1={digest}"


def _record(ended: Sequence[Ended]) -> None:
    """Write down what came of the attempts, unless somebody has settled it meanwhile."""
    now = clock.now()
    for one in ended:
        is_over = one.retry_in is None
        values: dict[str, Any] = {"status": one.status, "reason": one.reason, "lease_until": None}
        values |= {"ended_at": now, "body": ""} if is_over else {"due_at": now + (one.retry_in or timedelta())}
        db.session.execute(
            update(WebhookCall)
            .where(
                WebhookCall.id == one.call.id,
                WebhookCall.status == CALLING,
                WebhookCall.attempts == one.call.attempts,
            )
            .values(**values)
            .execution_options(synchronize_session=False)
        )
