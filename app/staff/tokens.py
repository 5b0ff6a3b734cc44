"""Keys for other systems: made here, shown once, kept as a hash."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import timedelta

from flask_babel import LazyString
from flask_babel import lazy_gettext as _
from sqlalchemy import select

from app import clock
from app.db import db
from app.staff.models import ApiToken

PREFIX = "encore_"

# A token without any scope may do everything; one that names some may do those.
SCOPES: dict[str, LazyString] = {
    "contacts:read": _("Read contacts, their timeline and messages"),
    "contacts:write": _("Create, change and erase contacts"),
    "leads:read": _("Read leads"),
    "leads:write": _("Create and change leads"),
    "events:write": _("Post events"),
    "segments:read": _("Read segments"),
    "segments:write": _("Create segments"),
    "sequences:read": _("Read sequences, enrolments and figures"),
    "sequences:write": _("Change, activate and pause sequences, enrol and stop"),
    "messages:read": _("Read messages"),
    "tasks:read": _("Read tasks"),
    "tasks:write": _("Complete tasks"),
    "lists:read": _("Read stages, sources, tags, locations, roles and templates"),
    "lists:write": _("Create stages, sources and tags"),
    "sandbox": _("Move the sandbox’s clock"),
}

# How fresh "last used" needs to be: a busy token would else be written at every call.
_SEEN_EVERY = timedelta(minutes=1)


class UnknownScope(ValueError):
    """There is no such scope."""


def create_token(name: str, scopes: Collection[str] = ()) -> tuple[ApiToken, str]:
    """Make a key. Answers it and its text, which is known only now. Raises UnknownScope."""
    unknown = sorted(set(scopes) - set(SCOPES))
    if unknown:
        raise UnknownScope(", ".join(unknown))
    plaintext = PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        name=name.strip(),
        token_hash=_hash(plaintext),
        hint=plaintext[-4:],
        scopes=sorted(set(scopes)),
        created_at=clock.now(),
    )
    db.session.add(token)
    db.session.flush()
    return token, plaintext


def find_token(plaintext: str) -> ApiToken | None:
    """The key with this text, if it is known and has not been revoked. Notes that it has been used."""
    token = db.session.scalar(
        select(ApiToken).where(ApiToken.token_hash == _hash(plaintext), ApiToken.revoked_at.is_(None))
    )
    if token is not None and (token.last_used_at is None or clock.now() - token.last_used_at > _SEEN_EVERY):
        token.last_used_at = clock.now()
    return token


def revoke_token(token: ApiToken) -> None:
    """Refuse a key from now on. Who it was stays in the log."""
    if token.revoked_at is None:
        token.revoked_at = clock.now()


def all_tokens() -> list[ApiToken]:
    """Every key, those in force first, the newest on top."""
    return list(db.session.scalars(select(ApiToken).order_by(ApiToken.revoked_at.is_not(None), ApiToken.id.desc())))


def _hash(plaintext: str) -> str:
    # The text has 256 bits of chance in it: there is nothing to guess, so a plain hash is enough.
    return hashlib.sha256(plaintext.encode()).hexdigest()
