"""What open pages hear of at once: one stream a page, of the names of events that have just happened.

The stream carries no data worth guarding, only "something of this kind happened"; the page then asks for its fragment,
where permissions apply. Each stream ends after half a minute and the browser comes back with `Last-Event-ID`.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from flask import Blueprint, Flask, Response, current_app, g, request
from flask_login import current_user
from sqlalchemy import func, select

from app import web
from app.db import db, reading
from app.events import catalogue
from app.events.models import Event
from app.staff.models import Notification
from app.web import signed_in

bp = Blueprint("live", __name__)

STREAM_SECONDS = 30.0
POLL_SECONDS = 0.7
KEEPALIVE_SECONDS = 2.0
# Half of waitress's threads: streams hold a thread each, and the site must stay answerable.
MOST_STREAMS = 8

# Transactions commit out of order: looking a little way back each time finds an event whose number came early.
LOOK_BACK = 200

_places = threading.BoundedSemaphore(MOST_STREAMS)


@bp.before_app_request
def note_latest_event() -> None:
    """Remember, before a page reads anything, up to where it will know: what comes after, its stream tells."""
    if request.method == "GET" and web.is_page() and current_user.is_authenticated:
        newest: int | None = db.session.scalar(select(func.max(Event.id)))
        g.latest_event = newest or 0


def latest_event() -> int | None:
    """The newest event that the page at hand knows of."""
    known: int | None = g.get("latest_event")
    return known


@bp.get("/live")
@signed_in
def stream() -> Response:
    app = current_app._get_current_object()  # type: ignore[attr-defined]  # noqa: SLF001 - the generator outlives the context
    staff_id = int(current_user.id)
    since = request.headers.get("Last-Event-ID", type=int)
    if since is None:
        since = request.args.get("since", type=int)  # what the page knew when it was drawn
    gone = request.environ.get("waitress.client_disconnected")
    db.session.rollback()
    if not _places.acquire(blocking=False):
        return _answer(iter(["event: busy\nretry: 15000\ndata: busy\n\n"]))
    return _answer(_held(_happenings(app, staff_id, since, gone)))


def _answer(body: Iterator[str]) -> Response:
    response = Response(body, mimetype="text/event-stream")
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Accel-Buffering"] = "no"
    return response


def _held(body: Iterator[str]) -> Iterator[str]:
    try:
        yield from body
    finally:
        _places.release()


def _happenings(app: Flask, staff_id: int, since: int | None, gone: object) -> Iterator[str]:
    latest, seen = _start(app, since)
    yield f"retry: 1000\nid: {latest}\nevent: hello\ndata: {latest}\n\n"
    end = time.monotonic() + STREAM_SECONDS
    spoke = time.monotonic()
    while time.monotonic() < end and not (callable(gone) and gone()):
        for event_id, name in _news(app, staff_id, latest, seen):
            latest = max(latest, event_id)
            spoke = time.monotonic()
            yield f"id: {latest}\nevent: {name}\ndata: {event_id}\n\n"
        if time.monotonic() - spoke > KEEPALIVE_SECONDS:
            spoke = time.monotonic()
            yield ": still here\n\n"
        time.sleep(POLL_SECONDS)


def _start(app: Flask, since: int | None) -> tuple[int, set[int]]:
    with app.app_context(), reading():
        newest = db.session.scalar(select(func.max(Event.id))) or 0
        latest = newest if since is None else min(since, newest)
        known = db.session.scalars(select(Event.id).where(Event.id > latest - LOOK_BACK, Event.id <= latest))
        return latest, {*known}


def _news(app: Flask, staff_id: int, latest: int, seen: set[int]) -> list[tuple[int, str]]:
    kinds = [kind.key for kind in catalogue.KINDS.values() if kind.live]
    with app.app_context(), reading():
        rows = db.session.execute(
            select(Event.id, Event.kind).where(Event.id > latest - LOOK_BACK, Event.kind.in_(kinds)).order_by(Event.id)
        ).all()
        fresh = [(row.id, row.kind.replace(".", "-").replace("_", "-")) for row in rows if row.id not in seen]
        told = db.session.scalar(
            select(func.max(Notification.event_id)).where(
                Notification.staff_id == staff_id, Notification.seen_at.is_(None)
            )
        )
    seen.update(event_id for event_id, _ in fresh)
    if told and -told not in seen:
        seen.add(-told)
        fresh.append((max(latest, told), "notified"))
    return fresh
