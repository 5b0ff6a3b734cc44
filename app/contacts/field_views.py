"""Clients › Custom fields: the list, in the order in which they are asked."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, url_for
from flask_babel import gettext as _

from app import web
from app.contacts import custom_fields
from app.contacts.forms import CustomFieldForm, OrderForm, listed
from app.contacts.models import CustomField
from app.db import db

bp = Blueprint("custom_fields", __name__, url_prefix="/clients/custom-fields")


@bp.get("")
@web.needs("contacts.see")
def index() -> Response:
    return web.page("custom_fields/index.html", **_fields())


@bp.get("/new")
@web.needs("contacts.edit")
def new() -> Response:
    return web.page("custom_fields/edit.html", field=None, form=CustomFieldForm())


@bp.post("/new")
@web.needs("contacts.edit")
def create() -> Response:
    form = CustomFieldForm()
    if form.validate():
        try:
            custom_fields.create_field(
                form.name.data or "",
                form.kind.data,
                choices=listed(form.choices.data),
                on_leads=form.on_leads.data,
            )
            return web.go(url_for("custom_fields.index"))
        except custom_fields.NameTaken as taken:
            form.name.errors = [str(taken)]
    return web.page("custom_fields/edit.html", status=422, field=None, form=form)


@bp.get("/<int:field_id>")
@web.needs("contacts.edit")
def edit(field_id: int) -> Response:
    field = db.get_or_404(CustomField, field_id)
    form = CustomFieldForm(
        data={
            "name": field.name,
            "kind": field.kind,
            "choices": "\n".join(field.choices),
            "on_leads": field.on_leads,
        }
    )
    return web.page("custom_fields/edit.html", field=field, form=form)


@bp.post("/<int:field_id>")
@web.needs("contacts.edit")
def save(field_id: int) -> Response:
    field, form = db.get_or_404(CustomField, field_id), CustomFieldForm()
    form.kind.data = field.kind  # what it is cannot be changed; a posted other kind changes nothing
    if form.validate():
        try:
            custom_fields.change_field(
                field, name=form.name.data or "", choices=listed(form.choices.data), on_leads=form.on_leads.data
            )
            return web.go(url_for("custom_fields.index"))
        except custom_fields.NameTaken as taken:
            form.name.errors = [str(taken)]
    return web.page("custom_fields/edit.html", status=422, field=field, form=form)


@bp.post("/order")
@web.needs("contacts.edit")
def order() -> Response:
    custom_fields.order_fields(OrderForm().ids)
    return web.reply("custom_fields/_index.html", back=url_for("custom_fields.index"), **_fields())


@bp.get("/<int:field_id>/deletion")
@web.needs("contacts.edit")
def confirm_deletion(field_id: int) -> Response:
    field = db.get_or_404(CustomField, field_id)
    return web.page("custom_fields/deletion.html", field=field, holders=custom_fields.count_values(field))


@bp.post("/<int:field_id>/deletion")
@web.needs("contacts.edit")
def delete(field_id: int) -> Response:
    field = db.get_or_404(CustomField, field_id)
    flash(_("Field %(name)s is gone.", name=field.name))
    custom_fields.delete_field(field)
    return web.go(url_for("custom_fields.index"))


def moved(ids: Sequence[int], place: int, by: int) -> list[int]:
    """An order with one of its ids moved up (-1) or down (1): what a menu posts where others drag."""
    order = list(ids)
    order.insert(place + by, order.pop(place))
    return order


def _fields() -> dict[str, Any]:
    return {"fields": custom_fields.all_fields(), "kinds": custom_fields.KINDS}
