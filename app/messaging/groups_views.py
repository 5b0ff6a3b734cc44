"""Writing to several people at once: the composer, what sending will do, and what became of it."""

from __future__ import annotations

from typing import Any
from zlib import crc32

from flask import Blueprint, Response, make_response, request, url_for
from flask_babel import gettext as _
from flask_babel import ngettext
from flask_login import current_user

from app import web
from app.contacts.models import Contact
from app.messaging import (
    groups,
    groups_audience,
    groups_figures,
    groups_queue,
    groups_standing,
    outgoing,
    preview,
    segments,
    variables,
)
from app.messaging.groups_form import GroupForm
from app.messaging.log_views import CONTENT_POLICY
from app.messaging.mail import BULK
from app.messaging.models import MANUAL, GroupMessage, Message

bp = Blueprint("groups", __name__, url_prefix="/group-messages")

READERS = 30  # whose copy one can look at beforehand
TEST = "group.test"


@bp.get("")
@web.needs("messages.send_many")
def index() -> Response:
    page = groups_figures.groups(seen_by=current_user, cursor=request.args.get("cursor"))
    return web.page("groups/index.html", page=page, figures=groups_figures.of_many(page.rows))


@bp.post("")
@web.needs("messages.send_many")
def create() -> Response:
    """Begin one from a list: `of` names it, `ids` are its ticked rows; with `whole` it is all the address leaves."""
    listed = request.form.get("of", "")
    ticked = [int(one) for one in request.form.getlist("ids") if one.isdecimal() and len(one) < 19]  # noqa: PLR2004
    ids = None if request.form.get("whole") == "1" else ticked
    people, whose = groups_audience.selected(listed, request.args, ids, seen_by=current_user)
    segment = groups_audience.segment_name(request.args) if ids is None else ""
    group = groups.begin(people, whose, by=current_user, listed=listed, segment=segment)
    return web.go(url_for(".show", group_id=group.id))


@bp.get("/<int:group_id>")
@web.needs("messages.send_many")
def show(group_id: int) -> Response:
    """The composer of a draft; of what was sent, how far it has come."""
    group = _group(group_id)
    if group.state == groups.DRAFT:
        return web.page("groups/compose.html", form=_form_of(group), **_draft(group))
    return web.page("groups/progress.html", **_progress(group))


@bp.get("/<int:group_id>/progress")
@web.needs("messages.send_many")
def progress(group_id: int) -> Response:
    """How far it has come, for a page that stands open."""
    group = _group(group_id)
    back = url_for(".show", group_id=group.id)
    return web.reply("groups/_progress.html", back=back, **_progress(group))


@bp.post("/<int:group_id>/text")
@web.needs("messages.send_many")
def write(group_id: int) -> Response:
    """Save the draft as it is typed, and show what it would look like and do."""
    group = _group(group_id)
    form = GroupForm(request.form)
    if not form.validate():
        return web.page("groups/compose.html", status=422, form=form, **_draft(group))
    _write(group, form)
    return web.reply("groups/_aside.html", back=url_for(".show", group_id=group.id), **_draft(group))


@bp.get("/<int:group_id>/mail")
@web.needs("messages.send_many")
def mail(group_id: int) -> Response:
    """The e-mail as one of its readers will have it."""
    group = _group(group_id)
    reader = _reader(group)
    response = make_response(preview.as_received(_copy_for(reader, group)) if reader is not None else "")
    response.headers["Content-Security-Policy"] = CONTENT_POLICY
    return response


@bp.post("/<int:group_id>/review")
@web.needs("messages.send_many")
def review(group_id: int) -> Response:
    """Save the draft and say in words what sending it will do (UNS-10)."""
    group = _group(group_id)
    form = GroupForm(request.form)
    if form.validate():
        _write(group, form)
    context = _draft(group)
    return web.page("groups/review.html", refusal=groups.why_not(group, context["standing"]), **context)


@bp.post("/<int:group_id>/sending")
@web.needs("messages.send_many")
def send(group_id: int) -> Response:
    group = _group(group_id)
    groups.send(group)
    return web.go(url_for(".show", group_id=group.id))


@bp.post("/<int:group_id>/test")
@web.needs("messages.send_many")
def send_test(group_id: int) -> Response:
    """Send the copy at hand to whoever writes: by e-mail, for an SMS says all it says there too."""
    group = _group(group_id)
    form = GroupForm(request.form)
    if form.validate():
        _write(group, form)
    reader = _reader(group)
    if reader is None or not group.text:
        raise groups.CannotSend(_("Write something first."))
    copy = _copy_for(reader, group)
    outgoing.queue_to_staff(current_user, TEST, _("Test: %(subject)s", subject=copy.subject or _("SMS")), copy.text)
    said = _("Sent to %(address)s", address=current_user.email)
    return web.reply("groups/_aside.html", back=url_for(".show", group_id=group.id), toast=said, **_draft(group))


@bp.post("/<int:group_id>/cancellation")
@web.needs("messages.send_many")
def cancel(group_id: int) -> Response:
    group = _group(group_id)
    held = groups.cancel(group, by=current_user)
    said = ngettext("%(num)s message held back", "%(num)s messages held back", held)
    back = url_for(".show", group_id=group.id)
    return web.reply("groups/_progress.html", back=back, toast=said, **_progress(group))


@bp.post("/<int:group_id>/deletion")
@web.needs("messages.send_many")
def discard(group_id: int) -> Response:
    groups.discard(_group(group_id))
    return web.go(url_for(".index"))


def _group(group_id: int) -> GroupMessage:
    return groups_figures.get_group(group_id, seen_by=current_user)


def _form_of(group: GroupMessage) -> GroupForm:
    return GroupForm(data={"channel": group.channel, "subject": group.subject, "text": group.text})


def _write(group: GroupMessage, form: GroupForm) -> None:
    groups.write(group, form.channel.data or "", form.subject.data or "", form.text.data or "")


def _draft(group: GroupMessage) -> dict[str, Any]:
    reader = _reader(group)
    copy = _copy_for(reader, group) if reader is not None else None
    standing = groups_standing.of(group)
    return {
        "group": group,
        "standing": standing,
        "needs_suite": groups.needs_suite(group, standing),
        "readers": groups_standing.readers(group, limit=READERS),
        "reader": reader,
        "copy": copy,
        "size": segments.measure(copy.text) if copy is not None else segments.measure(group.text),
        "variables": variables.usable(variables.MANUAL),
        "version": crc32(f"{group.subject}\n{group.text}".encode()),  # so that the frame with the mail loads anew
        "unknown": sorted(variables.keys_in(group.subject, group.text) - set(variables.VARIABLES)),
    }


def _progress(group: GroupMessage) -> dict[str, Any]:
    figures = groups_figures.of(group)
    return {
        "group": group,
        "figures": figures,
        "is_moving": groups_figures.is_moving(group, figures),
        "said": variables.named(group.text),
    }


def _reader(group: GroupMessage) -> Contact | None:
    """Whose copy is looked at: the one asked for, else the first who gets it."""
    asked = request.values.get("reader", type=int)
    known = groups_standing.reader(group, asked) if asked is not None else None
    return known or next(iter(groups_standing.readers(group, limit=1)), None)


def _copy_for(reader: Contact, group: GroupMessage) -> Message:
    """The message one person would get, not stored."""
    keys = variables.keys_in(group.subject, group.text)
    said = groups_queue.written(group, variables.values_for([reader], variables.MANUAL, keys)[reader.id])
    return Message(
        id=0,
        contact_id=reader.id,
        contact=reader,
        channel=group.channel,
        category=MANUAL,
        kind=BULK,
        subject=said.subject,
        text=said.text,
        html="",
        to_address=reader.email or "",
        provider_id="",
    )
