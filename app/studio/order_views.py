"""Memberships › Orders: what was bought on the web, to be paid at the desk."""

from __future__ import annotations

from typing import Any

from flask import Response, flash, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.staff import studio
from app.studio import item_figures, orders
from app.studio.checkout_models import RESERVED, STATES, Order
from app.studio.item_forms import PAID_WITH, PaidForm
from app.studio.item_views import bp


@bp.get("/orders", endpoint="orders")
@web.needs("memberships.see")
def listed() -> Response:
    state = request.args.get("state", "")
    state = state if state in STATES else RESERVED
    cursor = request.args.get("cursor")
    shown: dict[str, Any] = {
        "state": state,
        "page": item_figures.orders_in(state, seen_by=current_user, cursor=cursor),
        "paid_with": PAID_WITH,
    }
    if cursor and web.wants_partial():
        return web.page("memberships/order_rows.html", **shown)
    return web.page("memberships/orders.html", due=item_figures.count_due(current_user), **shown)


@bp.route("/orders/<int:order_id>/payment", methods=["GET", "POST"])
@web.needs("memberships.sell")
def pay(order_id: int) -> Response:
    """Take the money for an order."""
    order = orders.get_order(order_id, seen_by=current_user)
    form = PaidForm(request.form)
    if request.method == "GET" or not form.validate():
        status = 200 if request.method == "GET" else 422
        return web.page("memberships/payment.html", status=status, order=order, form=form, currency=_currency())
    orders.mark_paid(order, form.paid_with.data, by=current_user)
    flash(_("%(item)s of %(name)s is paid.", item=order.item.name, name=order.contact.name))
    return _back(order)


@bp.route("/orders/<int:order_id>/cancellation", methods=["GET", "POST"])
@web.needs("memberships.sell")
def cancel(order_id: int) -> Response:
    """Nobody will pay: take back what the order gave."""
    order = orders.get_order(order_id, seen_by=current_user)
    if request.method == "GET":
        return web.page("memberships/cancellation.html", order=order)
    orders.cancel_order(order, by=current_user)
    flash(_("The order of %(name)s is cancelled.", name=order.contact.name))
    return _back(order)


def _back(order: Order) -> Response:
    """To the page the dialog was opened on: the buyer's profile, or the list."""
    profile = url_for("contacts.show", contact_id=order.contact_id)
    is_from_profile = request.headers.get("HX-Current-URL", "").partition("?")[0].endswith(profile)
    return web.go(profile if is_from_profile else url_for(".orders"))


def _currency() -> str:
    return studio.studio().currency
