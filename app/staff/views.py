"""Settings › Staff accounts and Settings › Roles."""

from __future__ import annotations

from flask import Blueprint, Response, request, session, url_for
from flask_babel import gettext as _
from flask_login import login_user

from app import web
from app.staff import accounts, permissions
from app.staff.accounts import AddressTaken
from app.staff.forms import InvitationForm, StaffForm
from app.staff.models import Staff

bp = Blueprint("staff", __name__)

TABLE = "staff/_accounts.html"


@bp.get("/settings/staff", endpoint="accounts")
@web.needs("staff.manage")
def accounts_page() -> Response:
    return web.page("staff/accounts.html", everybody=accounts.all_staff())


@bp.get("/settings/staff/new")
@web.needs("staff.manage")
def new() -> Response:
    return web.page("staff/edit.html", form=StaffForm(), staff=None)


@bp.post("/settings/staff")
@web.needs("staff.manage")
def create() -> Response:
    form = StaffForm()
    if not form.validate():
        return web.page("staff/edit.html", status=422, form=form, staff=None)
    try:
        staff = accounts.add_staff(form.name.data or "", form.email.data or "", form.role, form.locations)
    except AddressTaken as taken:
        form.email.errors = [str(taken)]
        return web.page("staff/edit.html", status=422, form=form, staff=None)
    staff.only_location = form.only_location
    return _shown_once(staff)


@bp.get("/settings/staff/<int:staff_id>")
@web.needs("staff.manage")
def edit(staff_id: int) -> Response:
    staff = accounts.get_staff(staff_id)
    return web.page("staff/edit.html", form=StaffForm(staff=staff), staff=staff)


@bp.post("/settings/staff/<int:staff_id>")
@web.needs("staff.manage")
def change(staff_id: int) -> Response:
    staff = accounts.get_staff(staff_id)
    form = StaffForm()
    if not form.validate():
        return web.page("staff/edit.html", status=422, form=form, staff=staff)
    try:
        accounts.rename(staff, form.name.data or "", form.email.data or "")
    except AddressTaken as taken:
        form.email.errors = [str(taken)]
        return web.page("staff/edit.html", status=422, form=form, staff=staff)
    accounts.change_role(staff, form.role)
    accounts.place(staff, form.locations, only=form.only_location)
    return _list(_("Saved: %(name)s", name=staff.name))


@bp.post("/settings/staff/<int:staff_id>/prefilter/removal")
@web.needs("staff.manage")
def remove_prefilter(staff_id: int) -> Response:
    staff = accounts.get_staff(staff_id)
    accounts.place(staff, staff.locations, only=None)
    return _list(_("%(name)s sees all locations", name=staff.name))


@bp.post("/settings/staff/<int:staff_id>/deactivation")
@web.needs("staff.manage")
def deactivate(staff_id: int) -> Response:
    staff = accounts.get_staff(staff_id)
    accounts.deactivate(staff)
    undo = url_for("staff.reactivate", staff_id=staff.id)
    return _list(_("%(name)s can no longer sign in", name=staff.name), undo=undo)


@bp.post("/settings/staff/<int:staff_id>/reactivation")
@web.needs("staff.manage")
def reactivate(staff_id: int) -> Response:
    staff = accounts.get_staff(staff_id)
    accounts.reactivate(staff)
    return _list(_("%(name)s can sign in again", name=staff.name))


@bp.post("/settings/staff/<int:staff_id>/invitation")
@web.needs("staff.manage")
def invite(staff_id: int) -> Response:
    """A link with which somebody chooses a password, the first or another one."""
    return _shown_once(accounts.get_staff(staff_id))


@bp.get("/settings/roles")
@web.needs("staff.manage")
def roles() -> Response:
    return _roles()


@bp.post("/settings/roles/<int:role_id>/members")
@web.needs("staff.manage")
def join(role_id: int) -> Response:
    """Put somebody into a role, out of the one they had (ROLE-02)."""
    role = next((one for one in accounts.all_roles() if one.id == role_id), None)
    staff = accounts.get_staff(request.form.get("staff_id", 0, type=int))
    if role is None:
        return Response(status=404)
    accounts.change_role(staff, role)
    if not web.wants_partial():
        return web.go(url_for("staff.roles"))
    return web.tell(_roles(), _("%(name)s is now in %(role)s", name=staff.name, role=role.name))


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@web.public
@web.limiter.limit("20 per minute", methods=["POST"])
def accept(token: str) -> Response:
    """Where an invitation leads: looking changes nothing, choosing a password signs in."""
    staff = accounts.invited(token)
    form = InvitationForm(obj=staff)
    if request.method == "POST" and staff is not None and form.validate():
        accounts.accept_invitation(staff, form.name.data or "", form.password.data or "")
        session.clear()
        login_user(staff)
        return web.go("/")
    status = 404 if staff is None else 422 if request.method == "POST" else 200
    return web.page("staff/invitation.html", status=status, form=form, staff=staff, token=token)


def _roles() -> Response:
    everyone = accounts.all_roles()
    return web.page(
        "staff/roles.html", roles=everyone, permissions=permissions.PERMISSIONS, everything=permissions.EVERYTHING
    )


def _list(said: str, undo: str | None = None) -> Response:
    response = web.reply(TABLE, back=url_for("staff.accounts"), toast=said, undo=undo, everybody=accounts.all_staff())
    return web.trigger(response, "modal-close")


def _shown_once(staff: Staff) -> Response:
    return web.reply(
        "staff/_invited.html",
        also=(TABLE,),
        back=url_for("staff.accounts"),
        staff=staff,
        link=accounts.invitation_link(staff),
        everybody=accounts.all_staff(),
    )
