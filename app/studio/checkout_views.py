"""The purchase page behind an item's link, as buyers see it (STU-16, STU-17)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, make_response, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app import web
from app.contacts import people, public_forms
from app.contacts.people import Details
from app.db import db
from app.messaging import personal
from app.staff import studio
from app.studio import checkout_tokens as tokens
from app.studio import checkouts, item_words, items, payments, pricing
from app.studio.checkout_forms import CheckoutForm
from app.studio.checkout_models import Order
from app.studio.checkouts import Visit
from app.studio.item_models import Item

bp = Blueprint("checkout", __name__, url_prefix="/buy")


@bp.get("/<slug>")
@web.public
def show(slug: str) -> Response:
    item = items.item_at(slug)
    if item.archived_at is not None:
        return _message(_("This offer has ended"), _("Write to us or drop in: we are glad to help."))
    browser = tokens.browser_of(request)
    draft = checkouts.unfinished(item, tokens.digest(browser)) if browser else None
    form = CheckoutForm(obj=draft)
    form.offer(payments.offered())
    form.token.data = tokens.token_for(item)
    return _page(item, form, has_draft=draft is not None and bool(draft.first_name or draft.email))


@bp.post("/<slug>")
@web.public
@web.csrf.exempt  # type: ignore[untyped-decorator]  # the page's own token stands in: nobody is signed in here
@web.limiter.limit("30 per minute")
def buy(slug: str) -> Response:
    item = _on_offer(slug)
    form = CheckoutForm(request.form)
    form.offer(payments.offered())
    page = tokens.page_of(form.token.data or "", item)
    if form.website.data:
        return redirect(url_for(".show", slug=slug), code=303)  # type: ignore[return-value]  # a machine
    if not form.validate() or not _is_fresh(page, form, item) or page is None:
        return _page(item, form, status=422)
    try:
        order = checkouts.complete(
            _visit(item, page), form.typed(_language()), payment=form.payment.data, token=form.token.data or ""
        )
    except checkouts.NotForEverybody as refused:
        form.form_errors.append(str(refused))
        return _page(item, form, status=422)
    payment = payments.known(order.payment)
    onwards = payment.begin(order) if payment is not None else None
    return redirect(onwards or url_for(".done", slug=slug, ticket=tokens.ticket_of(order)), code=303)  # type: ignore[return-value]


@bp.post("/<slug>/draft")
@web.public
@web.csrf.exempt  # type: ignore[untyped-decorator]
@web.limiter.limit("120 per minute")
def draft(slug: str) -> Response:
    """Keep what stands in the fields, whenever one of them is left (ABN-03). Answers what there is to pay."""
    item = _on_offer(slug)
    form = CheckoutForm(request.form)
    page = tokens.page_of(form.token.data or "", item)
    answer = Response(status=204)
    if page is not None and page.is_fresh and not form.website.data:
        browser = tokens.browser_of(request) or page.browser
        checkouts.save_draft(_visit(item, page), form.typed(_language()))
        answer = make_response(render_template("checkout/_total.html", **_said(item, form.email.data)))
        tokens.keep(answer, browser)
    return answer


@bp.post("/<slug>/forgetting")
@web.public
@web.csrf.exempt  # type: ignore[untyped-decorator]
@web.limiter.limit("30 per minute")
def forget(slug: str) -> Response:
    """Somebody else buys at this browser."""
    item, browser = _on_offer(slug), tokens.browser_of(request)
    if browser is not None:
        checkouts.forget_draft(item, tokens.digest(browser))
    return redirect(url_for(".show", slug=slug, **_kept()), code=303)  # type: ignore[return-value]


@bp.get("/<slug>/done/<ticket>")
@web.public
def done(slug: str, ticket: str) -> Response:
    order = db.session.get(Order, tokens.order_id_of(ticket) or 0)
    if order is None or order.item.slug != slug:
        abort(404)
    return web.page(
        "checkout/done.html",
        order=order,
        payment=payments.known(order.payment),
        **_priced(order.item, order.price_cents),
    )


def _on_offer(slug: str) -> Item:
    item = items.item_at(slug)
    return item if item.archived_at is None else abort(404)


def _visit(item: Item, page: tokens.Page) -> Visit:
    return Visit(item, tokens.digest(tokens.browser_of(request) or page.browser), page.opened_at)


def _is_fresh(page: tokens.Page | None, form: CheckoutForm, item: Item) -> bool:
    """Whether the page was drawn by us within the day. Where not, it is asked once more, with all that was typed."""
    if page is not None and page.is_fresh:
        return True
    form.ask_again(public_forms.too_old(), tokens.token_for(item))
    return False


def _page(item: Item, form: CheckoutForm, *, status: int = 200, has_draft: bool = False) -> Response:
    return web.page(
        "checkout/show.html",
        status=status,
        form=form,
        has_draft=has_draft,
        payments=payments.offered(),
        post_url=url_for(".buy", slug=item.slug, **_kept()),
        draft_url=url_for(".draft", slug=item.slug, **_kept()),
        forget_url=url_for(".forget", slug=item.slug, **_kept()),
        **_said(item, form.email.data),
    )


def _said(item: Item, email: str | None) -> dict[str, Any]:
    """What the pages say of an item, and what it costs whoever followed a link that we sent them (TAG-07).

    Anybody may type anybody's address, so it alone brings no discount to light: that is taken off with the order, which
    is confirmed to the address. Nor is a discount promised to one person and the order made for another.
    """
    reader = personal.reader_of(request.args.get(personal.READER, ""))
    if reader is not None and email and people.find_contact(Details(email=email)) is not reader:
        reader = None
    said = _priced(item, pricing.price_for(item, reader))
    return said | {"may_be_less": reader is None and item.price_cents > 0 and pricing.has_discounts()}


def _priced(item: Item, cents: int) -> dict[str, Any]:
    business = studio.studio()
    return {
        "item": item,
        "price": item_words.price(item, business, cents),
        "full_price": item_words.price(item, business),
        "terms": item_words.terms(item),
    }


def _message(title: str, text: str) -> Response:
    return web.page("public/message.html", title=title, text=text, tone="warn", action=None)


def _kept() -> dict[str, Any]:
    """The language that was asked for goes on being asked for, and whom the link was sent to is not forgotten."""
    return {name: request.args.get(name) for name in ("lang", personal.READER)}


def _language() -> str:
    return str(get_locale().language)
