"""The last word before a sequence's message leaves: exits, the run's state, the hours and how much the person has had,
then its text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import select

from app import clock
from app.apps import suite
from app.db import db, one_of
from app.messaging import mail, variables
from app.messaging.delivery import Content, Decision, Later, Suppress
from app.messaging.models import Message
from app.sequences import graph, hours, models, reasons
from app.sequences.actions.messages import EmailParams
from app.sequences.engine import enrolling, fuse, overdue, pressure, takeover
from app.sequences.engine.ending import Ended, end
from app.sequences.engine.leaving import exits_of
from app.sequences.engine.letters import Letter
from app.sequences.engine.program import Program, programs
from app.sequences.models import Enrolment

# A message of a paused sequence, or of any while the suite is off, is looked at again this much later.
PAUSE = timedelta(minutes=15)


def prepare(messages: Sequence[Message]) -> dict[int, Decision]:
    """Decide on each message of a batch, and write those that go. One query each for runs, exits and zones."""
    now = clock.now()
    if not suite.is_on():
        return {message.id: Later(now + PAUSE, reasons.code("suite_off")) for message in messages}
    letters = _letters(messages)
    decisions: dict[int, Decision] = {}
    for letter in letters:
        why_not = _why_not(letter, now)
        if why_not is not None:
            decisions[letter.id] = why_not
    decisions |= _let_out([one for one in letters if one.id not in decisions], now)
    decisions |= takeover.decide([one for one in letters if one.id not in decisions], now)
    decisions |= overdue.decide([one for one in letters if one.id not in decisions], now)
    decisions |= _for_the_hours([one for one in letters if one.id not in decisions], now)
    decisions |= pressure.put_off(letters, decisions, now)
    written = _written([one for one in letters if one.id not in decisions])
    return decisions | fuse.guard(letters, written, wait=PAUSE)


def _letters(messages: Sequence[Message]) -> list[Letter]:
    found = db.session.execute(
        select(
            Enrolment.id,
            Enrolment.status,
            Enrolment.reason,
            Enrolment.revision_id,
            Enrolment.started_at,
            Enrolment.anchor_gone_at,
            models.Sequence.status.label("sequence_status"),
            models.Sequence.deleted_at,
            models.Sequence.resumed_at,
        )
        .join(models.Sequence, models.Sequence.id == Enrolment.sequence_id)
        .where(one_of(Enrolment.id, (message.enrolment_id for message in messages if message.enrolment_id)))
    )
    runs = {row.id: row for row in found}
    known = programs({row.revision_id for row in runs.values()} | {m.revision_id for m in messages if m.revision_id})
    letters = []
    for message in messages:
        run = runs.get(message.enrolment_id)
        program = known.get(run.revision_id) if run is not None else None
        step = _step(program, message.step_id) or _step(known.get(message.revision_id or 0), message.step_id)
        letters.append(Letter(message.id, message, run, program, step))
    return letters


def _step(program: Program | None, step_id: str | None) -> graph.ActionStep | None:
    """The step as the run's present revision has it, if it still has it."""
    node = program.nodes.get(step_id or "") if program is not None else None
    return node.step if node is not None and isinstance(node.step, graph.ActionStep) else None


def _why_not(letter: Letter, now: datetime) -> Decision | None:
    lost = _lost(letter)
    if lost is not None:
        return Suppress(lost)
    if letter.enrolment.sequence_status == models.PAUSED:
        return Later(now + PAUSE, reasons.code("paused"))
    return None


def _lost(letter: Letter) -> str | None:
    """Why a message has lost its sense for good: the code of a reason."""
    run, step = letter.enrolment, letter.step
    if run is None or run.deleted_at is not None:
        return reasons.code("sequence_gone")
    if step is None:
        return reasons.code("step_gone")
    if run.status in {models.EXITED, models.STOPPED}:
        return str(run.reason)
    if not step.enabled:
        return reasons.code("disabled")
    is_anchored = step.wait is not None and step.wait.is_anchored
    return reasons.code("date_gone") if is_anchored and run.anchor_gone_at is not None else None


def _let_out(letters: Sequence[Letter], now: datetime) -> dict[int, Decision]:
    """Hold back the messages of those for whom an exit has come true meanwhile, and end their runs (UPT-05)."""
    asked = [
        (letter.program, (letter.id, letter.message.contact_id, letter.enrolment.started_at))
        for letter in letters
        if letter.program is not None and letter.message.contact_id is not None
    ]
    why = exits_of(asked, now)
    leaving = [letter for letter in letters if letter.id in why]
    end(list(_ended(leaving, why)), now)
    return {letter.id: Suppress(reasons.code("exit", why[letter.id])) for letter in leaving}


def _ended(letters: Sequence[Letter], why: Mapping[int, str]) -> Iterator[Ended]:
    seen: set[int] = set()
    for letter in letters:
        run, program, contact_id = letter.enrolment, letter.program, letter.message.contact_id
        if run.status != models.RUNNING or run.id in seen or program is None or contact_id is None:
            continue
        seen.add(run.id)
        reason = reasons.code("exit", why[letter.id])
        yield Ended(run.id, contact_id, program.sequence_id, program.title, models.EXITED, reason)


def _for_the_hours(letters: Sequence[Letter], now: datetime) -> dict[int, Decision]:
    """Put off what would leave outside the sending hours; what would come too late then does not go at all (UPT-06)."""
    open_hours = hours.sending_hours()
    if open_hours.start is None or not letters:
        return {}
    zones = enrolling.zones_of({one.message.contact_id for one in letters if one.message.contact_id is not None})
    decisions: dict[int, Decision] = {}
    for letter in letters:
        message = letter.message
        if message.is_urgent:
            continue  # somebody has said: now
        zone = zones[message.contact_id or 0]
        at = hours.sendable_at(now, open_hours, zone)
        told = reasons.moment(at, zone)
        if at > now and message.not_after is not None and at >= message.not_after:
            decisions[message.id] = Suppress(reasons.code("outside_hours", told))
        elif at > now:
            decisions[message.id] = Later(at, reasons.code("deferred", told))
    return decisions


def _written(letters: Sequence[Letter]) -> dict[int, Decision]:
    """Fill the texts in: each variable is asked once for all the people of the batch, each step read once."""
    people = {one.message.contact.id: one.message.contact for one in letters if one.message.contact}
    steps = {id(letter.step): letter.step for letter in letters if letter.step is not None}
    texts = [text for step in steps.values() for text in _texts(step)]
    values = variables.values_for(list(people.values()), variables.SEQUENCE, variables.keys_in(*texts))
    writers = {key: _writer(step) for key, step in steps.items()}
    return {
        letter.id: writers[id(letter.step)](values.get(letter.message.contact_id or 0, {}))
        for letter in letters
        if letter.step is not None
    }


def _texts(step: graph.ActionStep) -> list[str]:
    return [text for _place, text in step.action.written(step.params)]


def _writer(step: graph.ActionStep) -> Callable[[Mapping[str, str]], Content]:
    """What writes a step's message to somebody whose values are known."""
    if isinstance(step.params, EmailParams):
        return partial(_mail, step.params.subject, step.params.words())
    return partial(_text, _texts(step)[0])


def _mail(subject: str, words: mail.Words, known: Mapping[str, str]) -> Content:
    return Content(
        subject=variables.fill(subject, known),
        text=variables.fill(words.text, known),
        html=variables.fill(words.html, known, html=True),
        pattern=words,
        values=known,
    )


def _text(body: str, known: Mapping[str, str]) -> Content:
    return Content(subject="", text=variables.fill(body, known))
