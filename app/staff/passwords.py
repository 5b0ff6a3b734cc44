"""Signing in: passwords hashed with argon2, and sessions that can be ended."""

from __future__ import annotations

import secrets

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import func, select

from app import clock
from app.db import db
from app.staff.models import Staff


def hasher() -> PasswordHasher:
    # The tests sign in hundreds of times; they may hash cheaply.
    return PasswordHasher(1, 8192, 1) if current_app.testing else PasswordHasher()


def set_password(staff: Staff, password: str) -> None:
    """Give somebody a password and end all their open sessions."""
    staff.password_hash = hasher().hash(password)
    staff.session_key = secrets.token_hex(16)


def check(email: str, password: str) -> Staff | None:
    """The active account with this address and password, else None; both take equally long."""
    staff: Staff | None = db.session.scalar(select(Staff).where(func.lower(Staff.email) == email.strip().lower()))
    stored = staff.password_hash if staff is not None else None
    try:
        hasher().verify(stored or _DUMMY, password)
    except (VerificationError, InvalidHashError):
        return None
    if staff is None or stored is None or not staff.is_active_account:
        return None
    staff.last_seen_at = clock.now()
    return staff


# What a password is compared with when nobody has that address, so that the answer's time tells nothing.
_DUMMY = PasswordHasher(1, 8192, 1).hash("nobody")
