"""Testing a sequence with a client: a drawer beside the canvas that lets the engine run and undoes it all (BEY-06)."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import Blueprint, Response, request
from flask_login import current_user
from sqlalchemy import select

from app import clock, web
from app.contacts import queries
from app.contacts.models import Contact
from app.db import db
from app.sequences import drafts, graph, insiders, overview, simulating, supposing, triggers
from app.sequences.builder import canvas, rehearsal
from app.sequences.checks import Look
from app.sequences.checks.people import audience
from app.sequences.dialogs import dialog
from app.sequences.models import Enrolment, Sequence, SequenceRevision
from app.sequences.supposing import Supposition
from app.staff import studio
from app.web import needs

bp = Blueprint("rehearsals", __name__, url_prefix="/sequences/<int:sequence_id>/test")

DRAWER = "sequences/build/_rehearsal.html"
LIVE = "live"
MOST_OFFERED = 5
MOST_DAYS = 365  # ahead
USUAL_DAY = 3  # on which something is supposed to happen, where none is said


@dataclass(frozen=True)
class Wish:
    """What is to be run: with whom (nobody: an invented client), from when, and what they are taken to do."""

    who: Contact | None
    revision: SequenceRevision
    zone: ZoneInfo
    start: datetime
    is_later: bool
    anchor: datetime | None
    supposed: list[tuple[Supposition, datetime]]


@bp.get("")
@web.writes
@needs("sequences.see")
def show(sequence_id: int) -> Response:
    """The drawer: first to choose somebody, then with what would happen to them."""
    sequence = overview.get_sequence(sequence_id)
    shown = _chosen(sequence) if "contact" in request.args else _choosing(sequence)
    if web.wants_partial():
        return web.page("sequences/build/rehearsal.html", **shown)
    whole = canvas.context(sequence)
    menu = canvas.add_menu(whole["document"])
    return web.page("sequences/build.html", **(shown | whole | menu), drawer_template=DRAWER, spot=None, asked=None)


@bp.get("/people")
@needs("sequences.see")
def people(sequence_id: int) -> Response:
    """Whom a search finds; with nothing typed, some of those the trigger may take."""
    sequence = overview.get_sequence(sequence_id)
    return dialog("build/rehearsal_people", **_choosing(sequence))


@bp.get("/run")
@web.writes
@needs("sequences.see")
def run(sequence_id: int) -> Response:
    """What would happen, alone: for the form, as something in it is changed. Nothing of it is kept."""
    return dialog("build/rehearsal_run", **_chosen(overview.get_sequence(sequence_id)))


def _choosing(sequence: Sequence) -> dict[str, Any]:
    search = request.args.get("q", "").strip()
    found = insiders.contacts_called(search, seen_by=current_user) if search else _likely(sequence)
    return {"sequence": sequence, "search": search, "found": found, "is_chosen": False}


def _likely(sequence: Sequence) -> list[Contact]:
    """A few of those whom the trigger may take and who have never been inside, the newest first."""
    look = Look(drafts.draft_of(sequence), sequence.id)
    inside = select(Enrolment.contact_id).where(Enrolment.sequence_id == sequence.id)
    wanted = select(Contact).where(*audience(look), queries.is_seen_by(current_user), Contact.id.not_in(inside))
    return list(db.session.scalars(wanted.order_by(Contact.created_at.desc(), Contact.id.desc()).limit(MOST_OFFERED)))


def _chosen(sequence: Sequence) -> dict[str, Any]:
    wish = _wish(sequence)
    document = drafts.document_of(wish.revision)
    trigger = triggers.TRIGGERS.get(document.trigger.kind)
    has_anchor = trigger is not None and trigger.has_anchor(document.trigger.filters)
    told = _run(sequence, wish if has_anchor else replace(wish, anchor=None), document)
    invented = rehearsal.INVENTED
    return told | {
        "sequence": sequence,
        "who": wish.who,
        "called": wish.who.name if wish.who is not None else f"{invented.first_name} {invented.last_name}",
        "first_name": rehearsal.first_name(wish.who),
        "is_chosen": True,
        "is_live": wish.revision.id == sequence.live_id,
        "has_both": sequence.live is not None and drafts.has_unpublished_changes(sequence),
        "trigger": trigger,
        "anchor": _local(wish.anchor, wish.zone) if has_anchor and wish.anchor else "",
        "has_anchor": has_anchor,
        "is_later": wish.is_later or "again" in request.args,
        "start": _local(wish.start, wish.zone),
        "now": _local(clock.now(), wish.zone),
        "suppositions": _offered(document, wish),
        "may_edit": current_user.may("sequences.edit"),
    }


def _run(sequence: Sequence, wish: Wish, document: graph.Document) -> dict[str, Any]:
    found = simulating.simulate(
        sequence,
        wish.who or rehearsal.INVENTED,
        revision=wish.revision,
        start=wish.start if wish.is_later else None,
        anchor=wish.anchor,
        assume=[one.at(at) for one, at in wish.supposed],
        again="again" in request.args,
        explain=True,
    )
    lines = rehearsal.lines(document, found, wish.who, wish.supposed, zone=wish.zone, start=wish.start)
    return {
        "lines": lines,
        "days": max((line.day for line in lines), default=0),
        "messages": sum(1 for line in lines if line.letter is not None),
        "is_over": rehearsal.is_over(found),
        "is_let_in": found.status is not None,
        "is_again": "again" in request.args,
        "is_single": document.single_enrolment,
        "first_day": wish.start.astimezone(wish.zone).date().isoformat(),
    }


def _offered(document: graph.Document, wish: Wish) -> list[list[tuple[Supposition, bool, int]]]:
    """What can be supposed, first what matters to the document; whether it is, and on which day."""
    chosen = {one.key for one, _at in wish.supposed}
    offered = [[(one, one.key in chosen, _day_of(one)) for one in some] for some in supposing.concerning(document)]
    return offered if offered[0] else offered[::-1]


def _wish(sequence: Sequence) -> Wish:
    """What the address asks for. What makes no sense is taken as not said."""
    contact_id = request.args.get("contact", 0, type=int)
    who = queries.get_contact(contact_id, seen_by=current_user) if contact_id else None
    zone = who.location.zone if who is not None and who.location is not None and who.location.zone else None
    tz = ZoneInfo(zone) if zone else studio.studio().tz
    now = clock.now()
    asked = _instant("start", tz)
    is_later = asked is not None and now + timedelta(minutes=1) < asked < now + timedelta(days=MOST_DAYS)
    start = asked if is_later and asked is not None else now
    is_live = request.args.get("which") == LIVE and sequence.live is not None
    revision = sequence.live if is_live and sequence.live is not None else drafts.draft_revision(sequence)
    supposed = [
        (one, start + max(timedelta(days=_day_of(one)), timedelta(minutes=1)))
        for one in supposing.SUPPOSITIONS.values()
        if request.args.get(f"if-{one.key}")
    ]
    anchor = _instant("anchor", tz) or start + simulating.AHEAD
    return Wish(who, revision, tz, start, is_later, anchor, supposed)


def _day_of(one: Supposition) -> int:
    return min(max(request.args.get(f"day-{one.key}", USUAL_DAY, type=int), 0), MOST_DAYS)


def _instant(name: str, zone: ZoneInfo) -> datetime | None:
    try:
        return datetime.fromisoformat(request.args.get(name, "")).replace(tzinfo=zone)
    except ValueError:
        return None


def _local(at: datetime, zone: ZoneInfo) -> str:
    """An instant as a field for dates and times has it."""
    return f"{at.astimezone(zone):%Y-%m-%dT%H:%M}"
