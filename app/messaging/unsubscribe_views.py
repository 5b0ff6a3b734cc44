"""The pages behind a mail's footer. GET shows and changes nothing, for scanners open links; POST acts."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, make_response, redirect, render_template, request, url_for
from flask_babel import gettext as _

from app import web
from app.contacts.models import Contact
from app.i18n import LANGUAGES
from app.messaging import unsubscribing
from app.messaging.tokens import BadToken
from app.messaging.unsubscribing import Wish

bp = Blueprint("unsubscribe", __name__, url_prefix="/u")
# The signed link is the right to act; there is no session that a forged request could abuse.
web.csrf.exempt(bp)


@bp.errorhandler(BadToken)
def not_ours(_error: BadToken) -> Response:
    text = _("It may have been cut off on its way. Open it from the e-mail once more, or write to us.")
    return _page("message", 404, title=_("This link is not valid"), text=text, tone="warn", action=None)


@bp.get("/<token>")
@web.public
def show(token: str) -> Response:
    wish = _read(token)
    kind = wish.consent.partition("_")[2]
    if wish.is_done:
        return _page(
            "unsubscribed",
            kind=kind,
            masked_address=_masked(wish.contact.email or ""),
            undo_url=_url(".undo", token) if unsubscribing.taken_through(wish) else None,
        )
    return _page(
        "unsubscribe",
        kind=kind,
        post_url=_url(".act", token),
        all_url=_url(".stop_everything", token),
        preferences=_preferences(wish.contact),
        preferences_url=_url(".choose", token),
    )


@bp.post("/<token>")
@web.public
def act(token: str) -> Response:
    """The button of the page, and the one click of mail programs, which want no page (RFC 8058)."""
    wish = _read(token)
    if request.form.get("List-Unsubscribe") == "One-Click":
        unsubscribing.unsubscribe(wish, via=unsubscribing.ONE_CLICK)
        return make_response("", 200)
    unsubscribing.unsubscribe(wish, via=unsubscribing.FOOTER)
    return _back(token)


@bp.post("/<token>/everything")
@web.public
def stop_everything(token: str) -> Response:
    unsubscribing.stop_everything(_read(token))
    return _back(token)


@bp.post("/<token>/preferences")
@web.public
def choose(token: str) -> Response:
    wish = _read(token)
    unsubscribing.choose(wish, request.form.keys())
    if wish.is_done:
        return _back(token)
    text = _("From now on you receive what you have chosen.")
    return _page("message", title=_("Saved."), text=text, tone="ok", action=None)


@bp.post("/<token>/undo")
@web.public
def undo(token: str) -> Response:
    unsubscribing.undo(_read(token))
    text = _("Nothing has changed: you receive our messages as before.")
    return _page("message", title=_("Welcome back."), text=text, tone="ok", action=None)


def _read(token: str) -> Wish:
    wish = unsubscribing.read(token)
    if "lang" not in request.args and wish.contact.language in LANGUAGES:
        g.language = wish.contact.language
    return wish


def _page(name: str, status: int = 200, **context: Any) -> Response:
    return make_response(render_template(f"public/{name}.html", **context), status)


def _back(token: str) -> Response:
    return redirect(_url(".show", token), code=303)  # type: ignore[return-value]


def _url(endpoint: str, token: str) -> str:
    return url_for(endpoint, token=token, lang=request.args.get("lang"))


def _preferences(contact: Contact) -> list[dict[str, object]]:
    words = {
        "email_marketing": (_("Offers and news by e-mail"), _("What is new, and what may suit you")),
        "email_transactional": (_("Confirmations by e-mail"), _("Bookings, cancellations, receipts")),
        "sms_marketing": (_("Offers and news by SMS"), _("Short, and seldom")),
        "sms_transactional": (_("Reminders by SMS"), _("Before your class")),
    }
    return [
        {"key": key, "label": words[key][0], "hint": words[key][1], "is_on": getattr(contact, key)}
        for key in unsubscribing.offered_to(contact)
    ]


def _masked(email: str) -> str:
    """Enough of an address to know it for one's own: camille.m•••@posteo.net."""
    local, at, domain = email.partition("@")
    return f"{local[: max(1, len(local) - 3)]}•••{at}{domain}"
