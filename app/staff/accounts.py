"""Who works here: accounts, their roles and places (ROLE-01, ROLE-02, ROLE-05 to ROLE-07)."""

from __future__ import annotations

import secrets
from collections.abc import Collection

from flask import abort, current_app
from flask_babel import gettext as _
from itsdangerous import BadData, URLSafeTimedSerializer
from sqlalchemy import func, select
from sqlalchemy.orm import selectinload

from app import clock
from app.db import db
from app.staff import passwords
from app.staff.models import Location, Role, Staff
from app.web import Refusal

OWNER = "owner"
INVITATION_DAYS = 7


class LastOwner(Refusal):
    """Somebody has to be able to do everything."""

    def __init__(self) -> None:
        super().__init__(_("This is the last owner. Make somebody else an owner first."))


class AddressTaken(Refusal):
    """Two people cannot sign in with one address."""

    def __init__(self) -> None:
        super().__init__(_("Somebody has this address already."))


def add_staff(name: str, email: str, role: Role, locations: Collection[Location] = ()) -> Staff:
    """Make an account. Nobody can sign in to it before a password has been chosen: see `invitation`."""
    _refuse_double(email)
    staff = Staff(
        name=name.strip(),
        email=email.strip(),
        role=role,
        locations=list(locations),
        session_key=secrets.token_hex(16),
        created_at=clock.now(),
    )
    db.session.add(staff)
    db.session.flush()
    return staff


def rename(staff: Staff, name: str, email: str) -> None:
    """Correct somebody's name or address. Raises AddressTaken."""
    _refuse_double(email, apart_from=staff)
    staff.name, staff.email = name.strip(), email.strip()


def change_role(staff: Staff, role: Role) -> None:
    """Give somebody another role, from their next request on. Raises LastOwner."""
    if staff.role.key == OWNER and role.key != OWNER:
        _keep_an_owner(staff)
    staff.role = role


def place(staff: Staff, locations: Collection[Location], *, only: Location | None) -> None:
    """Say where somebody works, for location tasks, and to which location's people they are held, if to any."""
    staff.locations = list(locations)
    staff.only_location = only


def deactivate(staff: Staff) -> None:
    """Close an account and end its sessions; what the person did stays in the log. Raises LastOwner."""
    if staff.role.key == OWNER:
        _keep_an_owner(staff)
    staff.is_active_account = False
    staff.session_key = secrets.token_hex(16)


def reactivate(staff: Staff) -> None:
    staff.is_active_account = True


def invite_owner(name: str, email: str) -> Staff:
    """An owner of this address, made where nobody has it: how the first account comes about. Whoever has the address
    already becomes an owner, and can sign in again.
    """
    owner = db.session.scalars(select(Role).where(Role.key == OWNER)).one()
    staff: Staff | None = db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))
    if staff is None:
        return add_staff(name, email, owner)
    staff.role, staff.is_active_account = owner, True
    return staff


def is_anybody_here() -> bool:
    """Whether anybody has an account."""
    return db.session.scalar(select(Staff.id).limit(1)) is not None


def invitation_link(staff: Staff) -> str:
    """The address at which somebody chooses a password."""
    public: str = current_app.config["SETTINGS"].public_url
    return f"{public}/invitation/{invitation(staff)}"


def invitation(staff: Staff) -> str:
    """A token with which somebody chooses a password, once, within a week."""
    return _signer().dumps([staff.id, staff.session_key])


def invited(token: str) -> Staff | None:
    """Whose invitation this is; None when it is forged, too old or used (a chosen password changes the session key)."""
    try:
        staff_id, key = _signer().loads(token, max_age=INVITATION_DAYS * 86_400)
    except (BadData, ValueError, TypeError):
        return None
    staff = db.session.get(Staff, staff_id)
    return staff if staff is not None and staff.is_active_account and staff.session_key == key else None


def accept_invitation(staff: Staff, name: str, password: str) -> None:
    """Somebody chooses a password, and how they are called; the invitation has had its use."""
    staff.name = name.strip() or staff.name
    passwords.set_password(staff, password)
    staff.last_seen_at = clock.now()


def all_staff() -> list[Staff]:
    """Everybody with an account, those whose account is closed last."""
    return list(
        db.session.scalars(
            select(Staff)
            .options(selectinload(Staff.locations), selectinload(Staff.only_location))
            .order_by(Staff.is_active_account.desc(), Staff.name, Staff.id)
        )
    )


def get_staff(staff_id: int) -> Staff:
    staff = db.session.get(Staff, staff_id)
    return staff if staff is not None else abort(404)


def all_roles() -> list[Role]:
    """The roles with who holds each."""
    return list(
        db.session.scalars(select(Role).options(selectinload(Role.staff)).order_by(Role.position, Role.id).distinct())
    )


def all_locations() -> list[Location]:
    return list(db.session.scalars(select(Location).order_by(Location.name)))


def _refuse_double(email: str, apart_from: Staff | None = None) -> None:
    same = db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))
    if same is not None and same is not apart_from:
        raise AddressTaken


def _keep_an_owner(leaving: Staff) -> None:
    # All owners are locked, the one who leaves too, and by number: two who demote each other at the same moment
    # wait for one another in one order, and the second sees what the first did.
    owners = db.session.scalars(
        select(Staff.id)
        .join(Staff.role)
        .where(Role.key == OWNER, Staff.is_active_account)
        .order_by(Staff.id)
        .with_for_update(of=Staff)
    ).all()
    if set(owners) <= {leaving.id}:
        raise LastOwner


def _signer() -> URLSafeTimedSerializer:
    return URLSafeTimedSerializer(current_app.config["SECRET_KEY"], salt="invitation")
