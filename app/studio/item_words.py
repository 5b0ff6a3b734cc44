"""How items are said, to the staff and to buyers."""

from __future__ import annotations

from flask_babel import LazyString, get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from app import web_filters
from app.staff.studio import Studio
from app.studio.item_models import INTRO, PACK, PRODUCT, SUBSCRIPTION, Item

KINDS: dict[str, LazyString] = {
    SUBSCRIPTION: _l("Subscription"),
    PACK: _l("Pack"),
    INTRO: _l("Intro offer"),
    PRODUCT: _l("Product"),
}

ICONS = {SUBSCRIPTION: "refresh", PACK: "ticket", INTRO: "gift", PRODUCT: "shopping-bag"}

PERIODS: dict[str, LazyString] = {
    "week": _l("a week"),
    "month": _l("a month"),
    "quarter": _l("a quarter"),
    "year": _l("a year"),
}


def price(item: Item, studio: Studio, cents: int | None = None) -> str:
    """What it costs, to somebody if told so: "€89 a month", "€140", "Free"."""
    due = item.price_cents if cents is None else cents
    if due == 0:
        return str(_("Free"))
    amount = web_filters.money(due, studio.currency, language=get_locale().language)
    return f"{amount} {PERIODS[item.period]}" if item.period else amount


def terms(item: Item) -> list[str]:
    """What one gets for it, line by line."""
    said = []
    if item.credits is not None:
        said.append(ngettext("%(num)s class", "%(num)s classes", item.credits))
    elif item.kind == INTRO:
        said.append(_("As many classes as you like"))
    if item.validity_days is not None:
        said.append(ngettext("Valid for %(num)s day", "Valid for %(num)s days", item.validity_days))
    return [str(one) for one in said]
