"""The kanban of contacts by lifecycle stage, and a contact's stage wherever it is shown."""

from __future__ import annotations

from flask import Blueprint, Response, abort, request, url_for
from flask_login import current_user

from app import web
from app.contacts import queries
from app.contacts.models import Contact
from app.lifecycle import board, kanban, stages
from app.lifecycle.kanban import Wanted
from app.lifecycle.models import LifecycleStage

bp = Blueprint("lifecycle", __name__)


@bp.get("/lifecycle")
@web.needs("lifecycle.see")
def index() -> Response:
    return _board(Wanted.read(request.args))


@bp.get("/lifecycle/lanes/<key>")
@web.needs("lifecycle.see")
def lane(key: str) -> Response:
    """The next cards of a lane, as one scrolls down."""
    wanted = Wanted.read(request.args)
    shown = kanban.lane(_stage(key), wanted, seen_by=current_user, after=request.args.get("after"))
    return web.page("lifecycle/cards.html", lane=shown, wanted=wanted)


@bp.get("/lifecycle/cards/<int:contact_id>")
@web.needs("lifecycle.see")
def choose_lane(contact_id: int) -> Response:
    """Where to move a card, for those who do not drag."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    wanted = Wanted.read(request.args)
    return web.page("lifecycle/moving.html", contact=contact, stages=stages.all_stages(), wanted=wanted)


@bp.post("/lifecycle/cards/<int:contact_id>")
@web.needs("lifecycle.see")
def move_card(contact_id: int) -> Response:
    """A card dropped in a lane: it comes back as it is now, and beside it what both lanes show (LIFE-19)."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    left, to = contact.lifecycle_stage, _stage(request.form.get("stage", ""))
    above, below = _neighbour("before", to), _neighbour("after", to)
    board.move_contact(contact, to, by=current_user, above=above, below=below, believed=request.form.get("rev"))
    wanted = Wanted.read(request.args)
    if request.form.get("whole"):
        return web.trigger(_board(wanted), "modal-close")
    touched = [lane for lane in kanban.lanes(wanted, seen_by=current_user) if lane.stage in {left, to}]
    response = web.reply(
        "lifecycle/_card.html",
        also=("lifecycle/_counts.html",),
        back=url_for("lifecycle.index", **wanted.args()),
        card=kanban.card_of(contact),
        lanes=touched,
        wanted=wanted,
    )
    if to.is_lost:  # a lost stage shows a few faces, no cards
        response.headers["HX-Reswap"] = "delete"
    return response


@bp.post("/contacts/<int:contact_id>/lifecycle-stage")
@web.needs("contacts.edit")
def set_stage(contact_id: int) -> Response:
    """Choose a contact's stage from a list, or clear it (LIFE-14, LIFE-15)."""
    contact = queries.get_contact(contact_id, seen_by=current_user)
    key = request.form.get("stage", "")
    board.move_contact(contact, _stage(key) if key else None, by=current_user, believed=request.form.get("rev"))
    back = url_for("contacts.show", contact_id=contact.id)
    reply = web.reply("lifecycle/_stage.html", back=back, contact=contact, stages=stages.all_stages())
    return web.trigger(reply, "contact-changed")


def _board(wanted: Wanted) -> Response:
    return web.page(
        "lifecycle/index.html",
        lanes=kanban.lanes(wanted, seen_by=current_user),
        wanted=wanted,
        locations=kanban.locations(),
        is_shown=stages.is_shown(),
    )


def _stage(key: str) -> LifecycleStage:
    stage = stages.stage_by_key(key)
    if stage is None:
        abort(404)
    return stage


def _neighbour(side: str, stage: LifecycleStage) -> Contact | None:
    """The card that the dropped one now stands before or after, if it is still in that lane."""
    said = request.form.get(side, "")
    if not said.isdecimal():
        return None
    other = queries.get_contact(int(said), seen_by=current_user)
    return other if other.lifecycle_stage_id == stage.id else None
