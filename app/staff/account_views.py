"""One's own account: theme, language, password."""

from __future__ import annotations

from flask import Blueprint, Response, url_for
from flask_babel import gettext as _
from flask_login import current_user, login_user

from app import web
from app.staff import accounts, passwords
from app.staff.forms import ChangePasswordForm, PreferencesForm

bp = Blueprint("account", __name__)


@bp.get("/account")
@web.signed_in
def preferences() -> Response:
    return _page(ChangePasswordForm(staff=current_user))


@bp.post("/account", endpoint="save")
@web.signed_in
def save() -> Response:
    """Take what was sent of theme and language; the menu sends one of them."""
    form = PreferencesForm()
    if not form.validate():
        return web.go(url_for("account.preferences"))
    speaks = current_user.language
    current_user.theme = form.theme.data or current_user.theme
    current_user.language = form.language.data or current_user.language
    if not web.wants_partial():
        return web.go(url_for("account.preferences"))
    response = web.trigger(Response("", 204), "theme", {"value": current_user.theme})
    if current_user.language != speaks:
        response.headers["HX-Refresh"] = "true"
        return response
    return web.tell(response, _("Saved"))


@bp.post("/account/password")
@web.signed_in
def change_password() -> Response:
    form = ChangePasswordForm(staff=current_user)
    if not form.validate():
        return _page(form, status=422)
    staff = accounts.get_staff(current_user.id)
    passwords.set_password(staff, form.password.data or "")
    login_user(staff, remember=True)  # all other sessions of this person have just ended
    if not web.wants_partial():
        return web.go(url_for("account.preferences"))
    return web.tell(_page(ChangePasswordForm(formdata=None, staff=current_user)), _("Your password is changed"))


def _page(form: ChangePasswordForm, *, status: int = 200) -> Response:
    chosen = PreferencesForm(formdata=None, theme=current_user.theme, language=current_user.language)
    return web.page("staff/preferences.html", status=status, form=form, chosen=chosen)
