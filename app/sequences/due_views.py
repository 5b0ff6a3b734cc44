"""What is due to somebody, on their profile, and settling one of it by hand."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from flask import Response, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from markupsafe import Markup

from app import clock, panels, web
from app.apps import suite
from app.contacts import queries
from app.contacts.models import Contact
from app.sequences import due, takeover
from app.sequences.views import bp
from app.web import needs

HELD_FOR = (2, 1, 7)  # days, the usual ones first


def about_contact(contact: Contact) -> Markup:
    if not (current_user.may("inbox.use") or current_user.may("sequences.see")):
        return Markup()
    return Markup(render_template("sequences/_due.html", oob="", **_shown(contact)))  # noqa: S704 - our template


panels.register(panels.Panel("contact", "due", 25, about_contact))


def above_composer(contact: Contact) -> Markup:
    """Whether automatic messages are due to somebody who is about to be written to (BEY-08)."""
    return Markup(render_template("sequences/_due_notice.html", oob="", **_noticed(contact)))  # noqa: S704 - ours


panels.register(panels.Panel("composer", "due", 10, above_composer))


@bp.get("/contacts/<int:contact_id>/due/notice")
@needs("inbox.use")
def notice(contact_id: int) -> Response:
    """The same, asked anew; or in short, where it has been said that they go as planned."""
    return _noticed_again(queries.get_contact(contact_id, seen_by=current_user))


@bp.post("/contacts/<int:contact_id>/due/hold")
@needs("inbox.use")
def hold(contact_id: int) -> Response:
    """Hold what sequences write to somebody for some days, for a person does so."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    wished = request.form.get("days", type=int)
    until = clock.now() + timedelta(days=wished if wished in HELD_FOR else HELD_FOR[0])
    takeover.hold(contact, until, by=current_user)
    return _noticed_again(contact, _("Automatic messages are held."))


@bp.post("/contacts/<int:contact_id>/due/cancellation")
@needs("inbox.use")
def cancel(contact_id: int) -> Response:
    """Leave out what sequences would write to somebody in the next days."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    takeover.cancel(contact, clock.now() + due.SOON, by=current_user)
    return _noticed_again(contact, _("Automatic messages of the next two days are left out."))


@bp.post("/contacts/<int:contact_id>/due/release")
@needs("inbox.use")
def release(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    takeover.let_go(contact, by=current_user)
    return _noticed_again(contact, _("Automatic messages go again."))


@bp.post("/contacts/<int:contact_id>/due/<int:message_id>/now")
@needs("sequences.edit")
def send_now(contact_id: int, message_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    due.send_now(contact, message_id)
    return _again(contact, _("On its way."))


@bp.post("/contacts/<int:contact_id>/due/<int:message_id>/skip")
@needs("sequences.edit")
def skip(contact_id: int, message_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    due.skip(contact, message_id, by=current_user)
    return _again(contact, _("Skipped. The sequence goes on."))


def _noticed_again(contact: Contact, said: str | None = None) -> Response:
    back = url_for("inbox.show", contact_id=contact.id)
    return web.reply("sequences/_due_notice.html", back=back, toast=said, **_noticed(contact))


def _noticed(contact: Contact) -> dict[str, Any]:
    taken = takeover.of(contact)
    return {
        "contact": contact,
        "taken": taken,
        "soon": due.soon(contact) if taken is None else [],
        "now": clock.now(),
        "held_for": HELD_FOR,
        "is_as_planned": "as_planned" in request.args,
    }


def _again(contact: Contact, said: str) -> Response:
    back = url_for("contacts.show", contact_id=contact.id)
    return web.reply("sequences/_due.html", back=back, toast=said, **_shown(contact))


def _shown(contact: Contact) -> dict[str, Any]:
    may_see = current_user.may("sequences.see") and suite.is_on()
    taken = takeover.of(contact)
    return {
        "contact": contact,
        "due": due.due_while(contact, taken),
        "taken": taken,
        "may_write": current_user.may("inbox.use"),
        "now": clock.now(),
        "may_edit": may_see and current_user.may("sequences.edit"),
        "may_see": may_see,
    }
