"""The inbox: conversations at the left, one of them in the middle, its person at the right."""

from __future__ import annotations

import secrets
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_login import current_user
from sqlalchemy import select

from app import badges, clock, panels, web
from app.contacts import queries, segments, tags, timeline
from app.contacts.models import Contact
from app.db import db
from app.lifecycle import stages
from app.messaging import conversations, outgoing, threads, transcript
from app.messaging.models import Conversation
from app.messaging.threads import Filters
from app.staff import studio
from app.staff.models import Staff

bp = Blueprint("inbox", __name__, url_prefix="/inbox")

CHANGED = "inbox-changed"  # the lists of open pages ask again when they hear it

MORNING = time(9)
RECENT = 6


@bp.get("")
@web.needs("inbox.use")
def index() -> Response:
    filters = Filters.read(request.args)
    return web.page("inbox/index.html", contact=None, **_listing(filters, None))


@bp.get("/list")
@web.needs("inbox.use")
def listing() -> Response:
    """The list alone, for a page that stands open: the next rows of it, or all of it with fresh counts."""
    filters, contact_id = Filters.read(request.args), request.args.get("contact", type=int)
    if not web.wants_partial():
        return redirect(url_for(".index", **filters.address()), code=303)  # type: ignore[return-value]
    context = _listing(filters, contact_id)
    if "cursor" in request.args:
        return make_response(render_template("inbox/_rows.html", oob="", **context))
    return web.reply("inbox/_list.html", also=("inbox/_filters.html",), back="", **context)


@bp.get("/<int:contact_id>")
@web.needs("inbox.use")
def show(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    context = _thread(contact) | _beside(contact)
    if web.wants_partial():
        answer = web.reply("inbox/_thread.html", also=("inbox/_profile.html",), back="", **context)
        return _changed(answer)
    filters = Filters.read(request.args)
    return web.page("inbox/index.html", **(context | _listing(filters, contact.id)))


@bp.get("/<int:contact_id>/messages")
@web.needs("inbox.use")
def messages(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    before = request.args.get("before", type=int)
    if not web.wants_partial():
        return redirect(url_for(".show", contact_id=contact.id), code=303)  # type: ignore[return-value]
    read = transcript.read(contact, studio.studio().tz, before=before)
    template = "inbox/_messages.html" if before is None else "inbox/_earlier.html"
    return make_response(render_template(template, oob="", contact=contact, transcript=read))


@bp.post("/<int:contact_id>/messages")
@web.needs("inbox.use")
def send(contact_id: int) -> Response:
    contact = queries.get_contact(contact_id, seen_by=current_user)
    form = request.form
    outgoing.send_by_hand(
        contact,
        form.get("channel", ""),
        form.get("text", "").replace("\r\n", "\n"),
        form.get("subject", ""),
        by=current_user,
        press=form.get("press", "")[:64] or None,
    )
    answer = web.reply(
        "inbox/_composer.html",
        also=("inbox/_messages.html", "inbox/_bar.html"),
        back=url_for(".show", contact_id=contact.id),
        **_thread(contact, channel=form.get("channel")),
    )
    return _changed(answer)


@bp.post("/<int:contact_id>/reading")
@web.needs("inbox.use")
def read(contact_id: int) -> Response:
    """Somebody has a thread before their eyes: it is read (INB-06). The page posts this when it shows one."""
    conversations.read(_conversation(contact_id))
    return _changed(make_response("", 204))


@bp.post("/<int:contact_id>/assignee")
@web.needs("inbox.use")
def assign(contact_id: int) -> Response:
    thread, to = _conversation(contact_id), request.form.get("assignee", type=int)
    member = db.session.get(Staff, to) if to is not None else None
    if to is not None and (member is None or not member.is_active):
        abort(422)
    conversations.assign(thread, member)
    said = _("Assigned to %(name)s", name=member.name) if member else _("Assigned to nobody")
    return _moved(thread, said)


@bp.post("/<int:contact_id>/state")
@web.needs("inbox.use")
def set_state(contact_id: int) -> Response:
    thread, wanted = _conversation(contact_id), request.values.get("state", "")
    if wanted == conversations.CLOSED:
        conversations.close(thread)
        answer = _moved(thread, _("Closed"), undo=url_for(".set_state", contact_id=contact_id, state="open"))
    elif wanted == conversations.OPEN:
        conversations.reopen(thread)
        answer = _moved(thread, _("Open again"))
    else:
        abort(422)
    return answer


@bp.post("/<int:contact_id>/snooze")
@web.needs("inbox.use")
def snooze(contact_id: int) -> Response:
    thread, until = _conversation(contact_id), _snooze_end(request.form)
    if until is None or until <= clock.now():
        raise outgoing.CannotWrite(_("Choose a time that is yet to come."))
    conversations.snooze(thread, until)
    return _moved(thread, _("Snoozed"), undo=url_for(".set_state", contact_id=contact_id, state="open"))


@badges.badge("inbox")
def waiting() -> badges.Count | None:
    """The number on the menu: who waits for an answer."""
    if not current_user.may("inbox.use"):
        return None
    number = threads.waiting(current_user)
    return badges.Count(number, is_urgent=True) if number else None


def _listing(filters: Filters, contact_id: int | None) -> dict[str, Any]:
    return {
        "filters": filters,
        "page": threads.threads(filters, seen_by=current_user, cursor=request.args.get("cursor")),
        "counts": threads.counts(current_user),
        "staff": _staff(),
        "current_id": contact_id,
        "all_stages": stages.all_stages() if stages.is_shown() else [],
        "segments": segments.shown(segments.CLIENTS, seen_by=current_user),
        "only_location": current_user.only_location,
    }


def _thread(contact: Contact, *, channel: str | None = None) -> dict[str, Any]:
    thread = threads.find_thread(contact)
    return {
        "contact": contact,
        "thread": thread,
        "transcript": transcript.read(contact, studio.studio().tz),
        "channel": channel or _likely_channel(contact, thread),
        "press": secrets.token_hex(16),
        "staff": _staff(),
        "snoozes": _snoozes(),
        "notices": panels.shown("composer", contact),
    }


def _beside(contact: Contact) -> dict[str, Any]:
    return {
        "recent": timeline.timeline_of(contact, limit=RECENT).rows,
        "stages": stages.all_stages() if stages.is_shown() else [],
        "addable_tags": [tag for tag in tags.all_tags(tags.CLIENT) if tag not in contact.tags],
        "panels": panels.shown("thread", contact),
    }


def _moved(thread: Conversation, said: str, *, undo: str | None = None) -> Response:
    contact = queries.get_contact(thread.contact_id, seen_by=current_user)
    back = url_for(".show", contact_id=contact.id)
    if not web.wants_partial():
        return redirect(back, code=303)  # type: ignore[return-value]
    # The Undo of a toast swaps nothing in, so there the bar comes out of band.
    oob = "" if request.headers.get("HX-Target", "").endswith("#thread-bar") else web.OOB
    bar = render_template(
        "inbox/_bar.html", oob=oob, contact=contact, thread=thread, staff=_staff(), snoozes=_snoozes()
    )
    return web.tell(_changed(make_response(bar)), said, undo=undo)


def _changed(answer: Response) -> Response:
    """Let the lists and the menu's number ask again. Said to the body: whatever was pressed may be gone by then."""
    return web.trigger(web.trigger(answer, CHANGED, {"target": "body"}), "counts", {"target": "body"})


def _conversation(contact_id: int) -> Conversation:
    return threads.get_thread(queries.get_contact(contact_id, seen_by=current_user))


def _staff() -> list[Staff]:
    found = db.session.scalars(select(Staff).where(Staff.is_active_account).order_by(Staff.name))
    return [one for one in found if one.may("inbox.use")]


def _likely_channel(contact: Contact, thread: Conversation | None) -> str:
    """The way they last wrote, if it leads to them."""
    ways = [way for way, address in (("sms", contact.phone), ("email", contact.email)) if address]
    last = thread.last_channel if thread is not None else ""
    return last if last in ways else ways[-1] if ways else "email"


def _snoozes() -> list[tuple[str, str, datetime]]:
    """Until when one usually snoozes: a key, its words, the instant."""
    zone = studio.studio().tz
    today = clock.now().astimezone(zone)
    monday = today + timedelta(days=7 - today.weekday())
    return [
        ("later", _("In three hours"), clock.now() + timedelta(hours=3)),
        ("tomorrow", _("Tomorrow morning"), _morning(today + timedelta(days=1), zone)),
        ("monday", _("Next Monday"), _morning(monday, zone)),
    ]


def _snooze_end(form: Any) -> datetime | None:
    usual = {key: at for key, _words, at in _snoozes()}
    chosen = form.get("until", "")
    if chosen in usual:
        return usual[chosen]
    try:
        return datetime.fromisoformat(chosen).replace(tzinfo=studio.studio().tz)
    except ValueError:
        return None


def _morning(day: datetime, zone: ZoneInfo) -> datetime:
    return datetime.combine(day.date(), MORNING, zone)
