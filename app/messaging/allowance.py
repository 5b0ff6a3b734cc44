"""The SMS tier: how many segments a month may cost, and what happens to the SMS beyond (SMS-02, SMS-05, SMS-06)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from flask import current_app
from flask_babel import force_locale
from flask_babel import gettext as _
from pydantic import BaseModel
from sqlalchemy import exists, select

from app import clock, events
from app.db import db
from app.events.log import Acting
from app.messaging import outgoing, permission, reasons, segments, usage
from app.messaging.making import Slip
from app.messaging.models import EMAIL, SMS, SUPPRESSED, Message
from app.staff import studio
from app.staff.models import Role, Staff

KEY = "sms_allowance"
TOLD = "staff.sms_used_up"
TOLD_ROLES = ("owner", "admin")

NO_LIMIT = None
TIERS = (250, 500, 1000, 2500, 5000, NO_LIMIT)


class Allowance(BaseModel):
    """The tier in segments a month, and the lower one that begins with the next month, where one is chosen."""

    segments: int | None = NO_LIMIT
    next_segments: int | None = NO_LIMIT
    next_from: datetime | None = None


def allowance() -> Allowance:
    """The tier at present; a lower one that has been chosen counts from its month on."""
    chosen = studio.get(KEY, Allowance)
    if chosen.next_from is not None and clock.now() >= chosen.next_from:
        return Allowance(segments=chosen.next_segments)
    return chosen


def choose(tier: int | None, *, by: events.Actor | Acting) -> None:
    """Move to another tier: up at once, down with the next month. Raises ValueError for one that does not exist."""
    if tier not in TIERS:
        raise ValueError(f"no such tier: {tier}")
    now = allowance()
    if TIERS.index(tier) >= TIERS.index(now.segments):
        changed = Allowance(segments=tier)
    else:
        changed = Allowance(segments=now.segments, next_segments=tier, next_from=usage.first_of_the_month(later=1))
    studio.put(KEY, changed)
    events.record("sms.tier_chosen", None, by=by, segments=tier)


def spend(slips: Sequence[Slip]) -> None:
    """Let SMS that the month's allowance does not cover leave as e-mails, and tell the studio.

    What answers a STOP goes by SMS in any case.
    """
    texts = [one for one in slips if one.message.channel == SMS and one.message.kind != permission.SMS_ANSWER]
    most = allowance().segments if texts else NO_LIMIT
    if most is NO_LIMIT:
        return
    left, is_used_up = most - usage.this_month().segments, False
    for slip in texts:
        left -= segments.count(slip.text)
        is_used_up = is_used_up or left < 0
        if is_used_up:
            _send_as_mail(slip)
    if is_used_up:
        _tell_once_a_month()


def _send_as_mail(slip: Slip) -> None:
    message, contact = slip.message, slip.message.contact
    if contact is None or not contact.email:
        slip.hold(SUPPRESSED, reasons.ALLOWANCE_USED_UP)
        return
    message.channel = EMAIL
    why_not = permission.why_not(message, contact)
    if why_not is not None:
        slip.hold(SUPPRESSED, why_not)
        return
    own = studio.studio()
    with force_locale(contact.language or own.language):
        slip.subject = _("A message from %(studio)s", studio=own.name)
    slip.reason = reasons.ALLOWANCE_USED_UP


def _tell_once_a_month() -> None:
    month = usage.first_of_the_month().strftime("%Y-%m")
    link = f"{current_app.config['SETTINGS'].public_url}/settings/phone"
    wanted = select(Staff).join(Staff.role).where(Role.key.in_(TOLD_ROLES), Staff.is_active_account)
    for staff in db.session.scalars(wanted):
        once = f"{TOLD}:{month}:{staff.id}"
        if db.session.scalar(select(exists().where(Message.once_key == once))):
            continue
        with force_locale(staff.language or studio.studio().language):
            told = outgoing.queue_to_staff(
                staff,
                TOLD,
                _("The SMS of this month are used up"),
                _(
                    "Hello %(name)s,\n\nthe segments of this month are used up. Until it ends, what would go by SMS "
                    "goes by e-mail. With a higher tier SMS go out again at once:\n%(link)s",
                    name=staff.first_name,
                    link=link,
                ),
            )
        told.once_key = once
