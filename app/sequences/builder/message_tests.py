"""Sending the message of a step to the team, to see it where it will be read. Nobody's run knows of it."""

from __future__ import annotations

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from markupsafe import escape
from sqlalchemy import func, select

from app.contacts import addresses
from app.contacts.models import Contact
from app.db import db
from app.messaging import kinds, mail, outgoing
from app.messaging.models import EMAIL
from app.sequences.builder import message_editor
from app.sequences.graph import ActionStep
from app.staff.models import Staff
from app.web import Refusal

KIND = "sequence.test"

kinds.NAMES[KIND] = _l("Test of a sequence’s message")


class NotOurs(Refusal):
    """A test goes to the team only: to others it would be a message without their consent."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("A test goes to the address of somebody in your team."))


class NoNumber(Refusal):
    """What was typed is no phone number."""

    status = 422

    def __init__(self) -> None:
        super().__init__(_("This is not a phone number."))


def send(step: ActionStep, contact: Contact | None, to: str, *, by: Staff) -> str:
    """Send a step's message, with somebody's data, to an address or a number. Answers where it goes.

    Raises NotOurs for an e-mail address that is nobody's of the team, NoNumber for what is no number.
    """
    said = message_editor.filled(step.params, contact)
    if step.action.channel == EMAIL:
        staff = _member(to) if to else by
        note = _("This is a test. Nothing in it is counted.")
        look = "margin:0 0 16px;padding:8px 12px;background:#fff4d6;color:#5c4300;font-size:13px"
        banner = f'<p style="{look}">{escape(note)}</p>'
        body = mail.body_as_html(mail.Words(said.text, said.html))
        subject = _("Test: %(subject)s", subject=said.subject)
        outgoing.queue_to_staff(staff, KIND, subject, f"{note}\n\n{said.text}", banner + body)
        return staff.email
    number = addresses.clean_phone(to)
    if number is None:
        raise NoNumber
    outgoing.queue_sms_to_staff(by, KIND, number, _("Test: %(subject)s", subject=said.text))
    return number


def _member(address: str) -> Staff:
    wanted = func.lower(Staff.email) == address.strip().lower()
    found: Staff | None = db.session.scalar(select(Staff).where(wanted, Staff.is_active_account))
    if found is None:
        raise NotOurs
    return found
