"""The waiver as clients see it, by a link of their own. GET shows and changes nothing, POST signs."""

from __future__ import annotations

from flask import Blueprint, Response, g, redirect, request, url_for
from flask_babel import gettext as _

from app import web
from app.messaging.tokens import BadToken
from app.waiver import signing, versions
from app.waiver.forms import SignatureForm
from app.waiver.signing import HasChanged, Link

bp = Blueprint("waiver_signing", __name__, url_prefix="/waiver")
# The signed link is the right to act; there is no session that a forged request could abuse.
web.csrf.exempt(bp)


@bp.errorhandler(BadToken)
def not_ours(_error: BadToken) -> Response:
    text = _("It may have been cut off on its way. Open it from the e-mail once more, or write to us.")
    return web.page(
        "public/message.html", status=404, title=_("This link is not valid"), text=text, tone="warn", action=None
    )


@bp.get("/<token>")
@web.public
def show(token: str) -> Response:
    link = _read(token)
    return _page(token, link, SignatureForm())


@bp.post("/<token>")
@web.public
@web.limiter.limit("30 per minute")
def sign(token: str) -> Response:
    link, form = _read(token), SignatureForm(request.form)
    if not form.validate():
        return _page(token, link, form, status=422)
    try:
        signing.sign(versions.numbered(_number(form)), link.contact, form.name.data or "")
    except HasChanged as changed:
        form.form_errors.append(str(changed))
        form.agrees.data = False  # to another text
        return _page(token, link, form, status=422)
    return redirect(_address(token), code=303)  # type: ignore[return-value]


def _read(token: str) -> Link:
    link = signing.read(token)
    g.language = request.args.get("lang") or link.contact.language or None
    return link


def _number(form: SignatureForm) -> int:
    said = form.number.data or ""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else 0  # noqa: PLR2004 - a sane number


def _page(token: str, link: Link, form: SignatureForm, *, status: int = 200) -> Response:
    version = versions.the_current()
    form.number.data = str(version.number)
    return web.page(
        "public/waiver.html",
        status=status,
        form=form,
        version=version,
        signature=signing.signature_of(link.contact, version),
        is_superseded=link.number != version.number,
        first_name=link.contact.first_name,
        post_url=_address(token),
    )


def _address(token: str) -> str:
    return url_for(".show", token=token, lang=request.args.get("lang"))
