"""Pages for signing in and out."""

from __future__ import annotations

from urllib.parse import urlsplit

from flask import Blueprint, Response, current_app, redirect, request, session, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_login import LoginManager, current_user, login_user, logout_user
from flask_wtf import FlaskForm
from wtforms import EmailField, PasswordField
from wtforms.validators import InputRequired

from app import web
from app.db import db
from app.staff import accounts, passwords
from app.staff.models import Staff

bp = Blueprint("auth", __name__)
login_manager = LoginManager()

DEMO_PASSWORD = "encore-demo"  # noqa: S105 - printed by the demo, refused nowhere else


class SignInForm(FlaskForm):  # type: ignore[misc]
    email = EmailField(_l("E-mail"), validators=[InputRequired(_l("Type your e-mail address."))])
    password = PasswordField(_l("Password"), validators=[InputRequired(_l("Type your password."))])


@login_manager.user_loader  # type: ignore[untyped-decorator]
def load(identity: str) -> Staff | None:
    """The account behind a session cookie "id:key"; the key changes with the password, which ends old sessions."""
    number, _colon, key = identity.partition(":")
    staff = db.session.get(Staff, int(number)) if number.isdigit() else None
    return staff if staff is not None and staff.is_active_account and staff.session_key == key else None


@bp.route("/sign-in", methods=["GET", "POST"])
@web.public
@web.limiter.limit("10 per minute", methods=["POST"])
def sign_in() -> Response:
    if current_user.is_authenticated:
        return web.go(_next())
    form = SignInForm()
    status = 200
    if request.method == "POST":
        status = 422
        if form.validate():
            staff = passwords.check(form.email.data or "", form.password.data or "")
            if staff is not None:
                session.clear()  # what stood in it before may have been planted
                login_user(staff, remember=True)
                return redirect(_next(), code=303)  # type: ignore[return-value]
            form.password.errors = [_("This address and password do not go together.")]
    return web.page(
        "staff/sign_in.html", status=status, form=form, demo=_demo(), is_anybody_here=accounts.is_anybody_here()
    )


@bp.post("/sign-out")
@web.signed_in
def sign_out() -> Response:
    logout_user()
    return web.go(url_for("auth.sign_in"))


def _next() -> str:
    """Where to go after signing in: only ever a page of ours."""
    wanted = request.args.get("next", "")
    parts = urlsplit(wanted)
    is_ours = wanted.startswith("/") and not wanted.startswith(("//", "/\\")) and not parts.scheme and not parts.netloc
    return wanted if is_ours else "/"


def _demo() -> dict[str, str] | None:
    if not current_app.config["SETTINGS"].encore_demo:
        return None
    return {"email": "ines@maison-souffle.example", "password": DEMO_PASSWORD}
