"""What the studio has set for itself: its name, zone, sending hours and the like."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from flask import g, has_request_context
from pydantic import BaseModel, field_validator
from sqlalchemy import Table, select

from app.db import db, insert_new
from app.staff.models import StudioSetting

SETTINGS: Table = StudioSetting.__table__  # type: ignore[assignment]

S = TypeVar("S", bound=BaseModel)


class Studio(BaseModel, frozen=True):
    """The business this installation serves."""

    name: str = "My studio"
    zone: str = "Europe/Paris"
    currency: str = "EUR"
    language: str = "en"  # of what clients read, unless the client prefers another
    email: str = "studio@example.com"
    address: str = ""
    colour: str = ""  # the accent of public pages; empty: Encore's own

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, value: str) -> str:
        ZoneInfo(value)
        return value

    @property
    def tz(self) -> ZoneInfo:
        return ZoneInfo(self.zone)


_read: ContextVar[dict[str, Any] | None] = ContextVar("encore_settings_read", default=None)


@contextmanager
def read_once() -> Iterator[None]:
    """Inside, all settings are read with one look, and stand: for a batch, which asks for several. It ends with its
    transaction.
    """
    token = _read.set(None if has_request_context() else _all())
    try:
        yield
    finally:
        _read.reset(token)


def get(key: str, shape: type[S]) -> S:
    """Read one setting, as its typed shape; the shape's defaults where nothing has been set."""
    known = _known()
    if known is None:
        stored = db.session.get(StudioSetting, key)
        known = {key: stored.value} if stored is not None else {}
    return shape.model_validate(known.get(key, {}))


def put(key: str, value: BaseModel) -> None:
    """Set one setting. Two who set it for the first time at one moment both may; the later one's stands."""
    said = value.model_dump(mode="json")
    stored = db.session.get(StudioSetting, key)
    if stored is None:
        insert_new(SETTINGS, [{"key": key, "value": said}])
        stored = db.session.get_one(StudioSetting, key)
    stored.value = said
    known = _known()
    if known is not None:
        known[key] = said


def hold(key: str, shape: type[S]) -> S:
    """Read one setting as it now is, and keep others from changing it until this transaction ends: for a count."""
    insert_new(SETTINGS, [{"key": key, "value": shape().model_dump(mode="json")}])
    held = select(StudioSetting).where(StudioSetting.key == key).with_for_update()
    stored = db.session.scalars(held.execution_options(populate_existing=True)).one()
    return shape.model_validate(stored.value)


def studio() -> Studio:
    """The studio's own description."""
    return get("studio", Studio)


def _known() -> dict[str, Any] | None:
    """What has been read already, by key; None where each setting is read by itself."""
    if not has_request_context():
        return _read.get()
    if "studio_settings" not in g:
        g.studio_settings = _all()
    found: dict[str, Any] = g.studio_settings
    return found


def _all() -> dict[str, Any]:
    """All settings, which are few: a page or a batch asks for several, and one look is enough."""
    return {row.key: row.value for row in db.session.execute(select(StudioSetting.key, StudioSetting.value))}
