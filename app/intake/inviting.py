"""Asking somebody to fill a form in: by the staff, and with the confirmation of an appointment (STU-21)."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import force_locale
from flask_babel import gettext as _
from sqlalchemy import select

from app import clock
from app.contacts import naming
from app.contacts.models import Contact
from app.db import db
from app.intake import forms, submitting
from app.intake.models import IntakeForm, IntakeSubmission
from app.notices import answering, values
from app.notices.catalogue import NOTICES
from app.notices.values import Occasion
from app.staff import studio
from app.web import Refusal


class NotSent(Refusal):
    """The form did not go; the text says why."""


def send(form: IntakeForm, contact: Contact) -> list[str]:
    """Send somebody their own link to a form, by the ways the message is on for. Raises NotSent.

    Two presses of the button within a minute are one.
    """
    if not form.is_open:
        raise NotSent(_("“%(form)s” is closed.", form=form.title))
    minute = int(clock.now().timestamp()) // 60
    data = {"form": form.title, "url": submitting.link_for(form, contact.id)}
    occasion = Occasion(NOTICES["intake_request"], contact, data, clock.now())
    ways = answering.tell(occasion, once_key=f"intake:{form.id}:{contact.id}:{minute}")
    if not ways:
        raise NotSent(_("The message that carries intake forms is switched off. Copy the link instead."))
    return ways


@values.supplies("intakeInvitation")
def invitations(occasions: Sequence[Occasion]) -> list[str]:
    """What the confirmation of an appointment says of its service's form; nothing to those who have filled it in."""
    by_service = {naming.plain(service): form for form in forms.open_forms() for service in form.services}
    wanted = [by_service.get(naming.plain(str(one.data.get("service") or ""))) for one in occasions]
    done = _answered([one.contact.id for one, form in zip(occasions, wanted, strict=True) if form is not None])
    language = studio.studio()
    said = []
    for one, form in zip(occasions, wanted, strict=True):
        if form is None or (form.id, one.contact.id) in done:
            said.append("")
        else:
            with force_locale(values.language_of(one.contact, language)):
                link = submitting.link_for(form, one.contact.id)
                said.append(_("A few questions help us prepare: %(link)s", link=link))
    return said


def _answered(contact_ids: Sequence[int]) -> set[tuple[int, int]]:
    """Who of these has filled in which form."""
    if not contact_ids:
        return set()
    filled_in = select(IntakeSubmission.form_id, IntakeSubmission.contact_id).where(
        IntakeSubmission.contact_id.in_(contact_ids)
    )
    return {(row.form_id, row.contact_id) for row in db.session.execute(filled_in)}
