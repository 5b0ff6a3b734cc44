"""Clients › Tags: the list, and what each tag is for."""

from __future__ import annotations

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.contacts import tags
from app.contacts.forms import TagForm
from app.contacts.models import Tag
from app.db import db

bp = Blueprint("tags", __name__, url_prefix="/clients/tags")


@bp.get("")
@web.needs("contacts.see")
def index() -> Response:
    return web.page("tags/index.html", tags=tags.all_tags(), counts=tags.count_holders(), applies_to=tags.APPLIES_TO)


@bp.get("/new")
@web.needs("contacts.edit")
def new() -> Response:
    return web.page("tags/edit.html", tag=None, form=TagForm(data={"applies_to": [tags.CLIENT]}))


@bp.post("/new")
@web.needs("contacts.edit")
def create() -> Response:
    form = TagForm()
    if form.validate():
        try:
            tags.create_tag(form.name.data or "", form.applies_to.data or [], form.badge, _discount(form, None))
            return web.go(url_for("tags.index"))
        except tags.TagNameTaken as taken:
            form.name.errors = [str(taken)]
    return web.page("tags/edit.html", status=422, tag=None, form=form)


@bp.get("/<int:tag_id>")
@web.needs("contacts.edit")
def edit(tag_id: int) -> Response:
    tag = db.get_or_404(Tag, tag_id)
    form = TagForm(
        data={
            "name": tag.name,
            "applies_to": tag.applies_to,
            "is_badge": bool(tag.badge_label),
            "badge_label": tag.badge_label or "",
            "badge_colour": tag.badge_colour or "plum",
            "discount_percent": tag.discount_percent,
        }
    )
    return web.page("tags/edit.html", tag=tag, form=form)


@bp.post("/<int:tag_id>")
@web.needs("contacts.edit")
def save(tag_id: int) -> Response:
    tag, form = db.get_or_404(Tag, tag_id), TagForm()
    if form.validate():
        try:
            tags.change_tag(tag, form.name.data or "", form.applies_to.data or [], form.badge, _discount(form, tag))
            return web.go(url_for("tags.index"))
        except tags.TagNameTaken as taken:
            form.name.errors = [str(taken)]
    return web.page("tags/edit.html", status=422, tag=tag, form=form)


@bp.get("/<int:tag_id>/deletion")
@web.needs("contacts.edit")
def confirm_deletion(tag_id: int) -> Response:
    tag = db.get_or_404(Tag, tag_id)
    return web.page("tags/deletion.html", tag=tag, holders=tags.count_holders().get(tag.id, 0))


@bp.post("/<int:tag_id>/deletion")
@web.needs("contacts.edit")
def delete(tag_id: int) -> Response:
    tag = db.get_or_404(Tag, tag_id)
    flash(_("Tag %(name)s is gone.", name=tag.name))
    tags.delete_tag(tag, by=current_user)
    return web.go(url_for("tags.index"))


def _discount(form: TagForm, tag: Tag | None) -> int | None:
    """The discount as typed by those who set prices; for everybody else it stays as it is (TAG-07)."""
    if current_user.may("memberships.edit"):
        return form.discount_percent.data
    return tag.discount_percent if tag is not None else None
