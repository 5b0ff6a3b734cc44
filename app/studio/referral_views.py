"""Where the guests of a client make themselves known (STU-20)."""

from __future__ import annotations

from flask import Blueprint, Response, redirect, render_template, request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from wtforms import BooleanField, EmailField, StringField, TelField
from wtforms.validators import DataRequired, Length, Optional

from app import i18n, web
from app.contacts.people import Details
from app.contacts.public_forms import PublicForm, email_address, phone_number
from app.studio import referrals

bp = Blueprint("referrals", __name__)


class GuestForm(PublicForm):
    """Who a guest is. The page needs no token: a second time changes nothing."""

    first_name = StringField(_l("First name"), [DataRequired(_l("Tell us your name.")), Length(max=80)])
    last_name = StringField(_l("Last name"), [Optional(), Length(max=80)])
    email = EmailField(_l("E-mail"), [DataRequired(_l("Tell us your e-mail address.")), Length(max=254), email_address])
    phone = TelField(_l("Phone"), [Optional(), Length(max=40), phone_number])
    news = BooleanField(_l("Send me offers and studio news"))


@bp.route("/invited/<token>", methods=["GET", "POST"])
@web.public
@web.csrf.exempt  # type: ignore[untyped-decorator]  # it has no cookie's authority, and a second time changes nothing
@web.limiter.limit("30 per minute", methods=["POST"])
def invited(token: str) -> Response:
    host = referrals.host_of(token)
    if host is None:
        return _message(_("This link does not work"), _("It may be cut off. Open it from the message once more."), 404)
    form = GuestForm(request.form)
    if request.method == "GET" or not (form.validate() or form.website.data):
        return web.page(
            "public/invited.html",
            status=200 if request.method == "GET" else 422,
            form=form,
            post_url=url_for(".invited", token=token, lang=request.args.get("lang")),
            host_name=host.first_name,
        )
    if not form.website.data:
        guest = Details(
            first_name=form.first_name.data or "",
            last_name=form.last_name.data or "",
            email=form.email.data,
            phone=form.phone.data,
            language=i18n.language(),
            location=host.location,
        )
        referrals.welcome(host, guest, wants_news=bool(form.news.data))
    return redirect(url_for(".known", lang=request.args.get("lang")), code=303)  # type: ignore[return-value]


@bp.get("/invited/thanks")
@web.public
def known() -> Response:
    return _message(_("Got it"), _("Choose a class whenever you like: we look forward to meeting you."))


def _message(title: str, text: str, status: int = 200) -> Response:
    return Response(
        render_template("public/lead_form_thanks.html", title=title, text=text, is_embedded=False), status=status
    )
