"""Memberships › Subscriptions & packs: what is on offer, where it can be bought, and who bought it (NAV-04)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import qr as qr_code
from app import web
from app.contacts import tags
from app.staff import studio
from app.studio import item_figures, item_words, items
from app.studio.item_forms import ItemForm, form_for
from app.studio.item_models import KINDS, Item

bp = Blueprint("memberships", __name__, url_prefix="/memberships")


@bp.get("")
@web.needs("memberships.see")
def index() -> Response:
    archived = request.args.get("show") == "archived"
    listed = items.all_items(archived=archived)
    return web.page(
        "memberships/index.html",
        items=listed,
        addresses={item.id: items.public_address(item) for item in listed},
        sold=item_figures.sold_this_month(),
        due=item_figures.count_due(current_user),
        archived=archived,
        **words(),
    )


@bp.route("/new/<kind>", methods=["GET", "POST"])
@web.needs("memberships.edit")
def new(kind: str) -> Response:
    if kind not in KINDS:
        abort(404)
    form = _asked(kind, None)
    if request.method == "POST" and form.validate():
        try:
            made = items.create_item(form.design(kind, tags.all_tags(tags.CLIENT)))
            return web.go(url_for(".show", item_id=made.id))
        except items.ItemNameTaken as taken:
            form.name.errors = [str(taken)]
    return _form(form, kind, None)


@bp.route("/<int:item_id>/edit", methods=["GET", "POST"])
@web.needs("memberships.edit")
def edit(item_id: int) -> Response:
    item = items.get_item(item_id)
    form = _asked(item.kind, item)
    if request.method == "POST" and form.validate():
        try:
            items.change_item(item, form.design(item.kind, tags.all_tags(tags.CLIENT)))
            return web.go(url_for(".show", item_id=item.id))
        except items.ItemNameTaken as taken:
            form.name.errors = [str(taken)]
    return _form(form, item.kind, item)


@bp.get("/<int:item_id>")
@web.needs("memberships.see")
def show(item_id: int) -> Response:
    item = items.get_item(item_id)
    cursor = request.args.get("cursor")
    page = item_figures.buyers(item, seen_by=current_user, cursor=cursor)
    if cursor and web.wants_partial():
        return web.page("memberships/buyers.html", item=item, page=page)
    figures = item_figures.figures_of(item)
    return web.page(
        "memberships/show.html", item=item, page=page, figures=figures, address=items.public_address(item), **words()
    )


@bp.post("/<int:item_id>/state")
@web.needs("memberships.edit")
def switch(item_id: int) -> Response:
    item = items.get_item(item_id)
    if request.form.get("on_offer") == "1":
        items.restore_item(item)
        flash(_("%(item)s is on offer again.", item=item.name))
    else:
        items.archive_item(item)
        flash(_("%(item)s is not on offer any more. What was bought stays.", item=item.name))
    return web.go(url_for(".index"))


@bp.get("/<int:item_id>/qr.svg")
@web.needs("memberships.see")
def qr(item_id: int) -> Response:
    """The purchase link as a QR code, for the desk and for flyers."""
    return qr_code.drawn(items.public_address(items.get_item(item_id)))


def words() -> dict[str, Any]:
    """How items are said on these pages."""
    business = studio.studio()
    return {
        "kinds": item_words.KINDS,
        "icons": item_words.ICONS,
        "terms": item_words.terms,
        "price": lambda item: item_words.price(item, business),
    }


def _asked(kind: str, item: Item | None) -> ItemForm:
    form = form_for(kind, request.form if request.method == "POST" else None, item)
    form.offer(tags.all_tags(tags.CLIENT))
    return form


def _form(form: ItemForm, kind: str, item: Item | None) -> Response:
    status = 200 if request.method == "GET" else 422
    return web.page("memberships/edit.html", status=status, form=form, kind=kind, item=item, kinds=item_words.KINDS)
