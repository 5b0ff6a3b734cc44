"""How many of those it would write to it does not reach: unsubscribed, or without an address. One query a channel."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, NamedTuple

from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import ColumnElement, exists, func, select

from app import clock
from app.contacts import segments
from app.contacts.models import Contact, Segment
from app.db import db
from app.leads.models import OPEN_STATUSES, Lead
from app.messaging.models import EMAIL, SMS
from app.rules import Subject
from app.rules.registry import expression
from app.sequences import triggers
from app.sequences.checks.registry import NOTICE, PEOPLE, WARNING, Finding, Look, Severity, Way, check

# From this share on that is not reached it is warned of.
MANY = 0.4


class Reach(NamedTuple):
    """How many people there are, and how many of them a channel does not reach, each counted once."""

    people: int
    without: int
    unsubscribed: int
    bounced: int = 0


@check("reach_email", NOTICE, about=PEOPLE)
def reach_of_email(look: Look) -> Iterator[Finding]:
    """Who gets no e-mail: no address, unsubscribed, or the last one came back."""
    steps = look.sent_by(EMAIL)
    if not steps:
        return
    has, wants = Contact.email.is_not(None), Contact.email_marketing.is_(True)
    bounced = has & wants & Contact.email_bounced_at.is_not(None)
    found = _reach(look, has, wants, bounced)
    yield from _said(look, found, steps[0].id, EMAIL, _without_email(found))
    if found.bounced:
        said = ngettext(
            "The last e-mail to %(num)s of %(of)s people came back",
            "The last e-mails to %(num)s of %(of)s people came back",
            found.bounced,
            of=found.people,
        )
        yield Finding(said, steps[0].id, about="bounced", grade=_grade(found.bounced, found.people))


@check("reach_sms", NOTICE, about=PEOPLE)
def reach_of_sms(look: Look) -> Iterator[Finding]:
    """Who gets no SMS: no number, or unsubscribed."""
    steps = look.sent_by(SMS)
    if steps:
        found = _reach(look, Contact.phone.is_not(None), Contact.sms_marketing.is_(True))
        yield from _said(look, found, steps[0].id, SMS, _without_phone(found))


def _reach(look: Look, has: ColumnElement[bool], wants: ColumnElement[bool], *lost: ColumnElement[bool]) -> Reach:
    counts = [func.count(), *(func.count().filter(one) for one in (~has, has & ~wants, *lost))]
    row: Any = db.session.execute(select(*counts).select_from(Contact).where(*audience(look))).one()
    return Reach(*row)


def audience(look: Look) -> list[ColumnElement[bool]]:
    """Whom the trigger may take, of those there are today: clients, or whoever has an open lead; narrowed as it is."""
    used = look.document.trigger
    trigger = triggers.TRIGGERS.get(used.kind)
    about = Subject(Contact.id.expression, clock.now())
    found: list[ColumnElement[bool]] = [Contact.erased_at.is_(None)]
    if trigger is None:
        return found
    segment = _segment(trigger, used.filters)
    if segment is not None:
        found.append(segments.condition(segment, about))
    elif is_about_leads(look):
        found.append(exists().where(Lead.contact_id == Contact.id, Lead.status.in_(OPEN_STATUSES)))
    else:
        found.append(Contact.is_client.is_(True))
    return [*found, expression(trigger.asks(used.filters, {}), about)]


def is_about_leads(look: Look) -> bool:
    """Whether the trigger is about people who are no clients yet."""
    trigger = triggers.TRIGGERS.get(look.document.trigger.kind)
    return trigger is not None and trigger.about == "lead"


def _segment(trigger: triggers.Trigger, filters: Any) -> Segment | None:
    """The one segment the trigger watches."""
    named = [
        name for one in trigger.filters if one.kind == "segment" for name in triggers.names_of(filters.get(one.key))
    ]
    return db.session.scalar(select(Segment).where(func.lower(Segment.name) == named[0].lower())) if named else None


def _said(look: Look, found: Reach, step_id: str, channel: str, without: str) -> Iterator[Finding]:
    whose = _("Counted among today's open leads.") if is_about_leads(look) else _("Counted among today's clients.")
    skipped = _("They skip these steps and go on.")
    if found.without:
        yield Finding(
            without, step_id, about="without", hint=f"{skipped} {whose}", grade=_grade(found.without, found.people)
        )
    if found.unsubscribed:
        said = {EMAIL: _unsubscribed_from_email, SMS: _unsubscribed_from_sms}[channel](found)
        way = Way(_("See who"), "contacts.clients", {"unsubscribed": f"{channel}_marketing"})
        grade = _grade(found.unsubscribed, found.people)
        is_listed = not is_about_leads(look)
        yield Finding(said, step_id, "unsubscribed", f"{skipped} {whose}", way=way if is_listed else None, grade=grade)


def _unsubscribed_from_email(found: Reach) -> str:
    said: str = ngettext(
        "%(num)s of %(of)s people (%(share)s %%) has unsubscribed from e-mails",
        "%(num)s of %(of)s people (%(share)s %%) have unsubscribed from e-mails",
        found.unsubscribed,
        of=found.people,
        share=_share(found.unsubscribed, found.people),
    )
    return said


def _unsubscribed_from_sms(found: Reach) -> str:
    said: str = ngettext(
        "%(num)s of %(of)s people (%(share)s %%) has unsubscribed from SMS",
        "%(num)s of %(of)s people (%(share)s %%) have unsubscribed from SMS",
        found.unsubscribed,
        of=found.people,
        share=_share(found.unsubscribed, found.people),
    )
    return said


def _without_email(found: Reach) -> str:
    said: str = ngettext(
        "%(num)s of %(of)s people (%(share)s %%) has no e-mail address",
        "%(num)s of %(of)s people (%(share)s %%) have no e-mail address",
        found.without,
        of=found.people,
        share=_share(found.without, found.people),
    )
    return said


def _without_phone(found: Reach) -> str:
    said: str = ngettext(
        "%(num)s of %(of)s people (%(share)s %%) has no phone number",
        "%(num)s of %(of)s people (%(share)s %%) have no phone number",
        found.without,
        of=found.people,
        share=_share(found.without, found.people),
    )
    return said


def _share(some: int, of: int) -> int:
    """Per cent, and at least one where there is anybody."""
    return max(1, round(100 * some / of)) if some else 0


def _grade(some: int, of: int) -> Severity:
    return WARNING if of and some / of >= MANY else NOTICE
