"""The secrets that webhooks are signed with: kept here under a name, and nowhere else (decision 28).

A document says the name, so that neither a file, nor its history, nor the API carries a secret. It is typed in once,
shown to nobody afterwards, and can be replaced: calls sign with what it is when they leave.
"""

from __future__ import annotations

from datetime import datetime

from flask_babel import gettext as _
from sqlalchemy import ForeignKey, Index, String, func, select
from sqlalchemy.orm import Mapped, mapped_column, relationship

from app import clock
from app.db import BigId, Model, UtcDateTime, db
from app.staff.models import Staff
from app.web import Refusal


class WebhookSecret(Model):
    """One secret. Its value leaves this table as a signature only."""

    __tablename__ = "webhook_secret"

    id: Mapped[int] = mapped_column(BigId, primary_key=True)
    name: Mapped[str] = mapped_column(String(60))
    value: Mapped[str] = mapped_column(String(200))
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_by_id: Mapped[int] = mapped_column(ForeignKey("staff.id"))

    changed_by: Mapped[Staff] = relationship()

    __table_args__ = (Index("uq_webhook_secret_name", func.lower(name), unique=True),)


class NameTaken(Refusal):
    """There is a secret of that name."""

    status = 422

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a secret called “%(name)s” already.", name=name))


def keep(name: str, value: str, *, by: Staff) -> WebhookSecret:
    """Keep a new secret. Raises NameTaken."""
    if named(name) is not None:
        raise NameTaken(name)
    secret = WebhookSecret(name=name, value=value, changed_at=clock.now(), changed_by=by)
    db.session.add(secret)
    db.session.flush()
    return secret


def replace(secret: WebhookSecret, value: str, *, by: Staff) -> None:
    """Sign with another value from now on, also what is queued."""
    secret.value, secret.changed_at, secret.changed_by = value, clock.now(), by


def all_secrets() -> list[WebhookSecret]:
    return list(db.session.scalars(select(WebhookSecret).order_by(func.lower(WebhookSecret.name))))


def named(name: str) -> WebhookSecret | None:
    return db.session.scalar(select(WebhookSecret).where(func.lower(WebhookSecret.name) == name.lower()))


def values() -> dict[str, str]:
    """What to sign with, by the folded name."""
    found = db.session.execute(select(WebhookSecret.name, WebhookSecret.value))
    return {name.casefold(): value for name, value in found}
