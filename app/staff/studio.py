"""What the studio has set for itself: its name, zone, sending hours and the like."""

from __future__ import annotations

from typing import TypeVar
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


def get(key: str, shape: type[S]) -> S:
    """Read one setting, as its typed shape; the shape's defaults where nothing has been set."""
    stored = _stored(key)
    return shape.model_validate(stored.value if stored is not None else {})


def put(key: str, value: BaseModel) -> None:
    """Set one setting. Two who set it for the first time at one moment both may; the later one's stands."""
    said = value.model_dump(mode="json")
    stored = _stored(key)
    if stored is None:
        insert_new(SETTINGS, [{"key": key, "value": said}])
        stored = db.session.get_one(StudioSetting, key)
        if has_request_context():
            _read_in_this_request()[key] = stored
    stored.value = said


def hold(key: str, shape: type[S]) -> S:
    """Read one setting as it now is, and keep others from changing it until this transaction ends: for a count."""
    insert_new(SETTINGS, [{"key": key, "value": shape().model_dump(mode="json")}])
    held = select(StudioSetting).where(StudioSetting.key == key).with_for_update()
    stored = db.session.scalars(held.execution_options(populate_existing=True)).one()
    return shape.model_validate(stored.value)


def studio() -> Studio:
    """The studio's own description."""
    return get("studio", Studio)


def _stored(key: str) -> StudioSetting | None:
    if has_request_context():
        return _read_in_this_request().get(key)
    return db.session.get(StudioSetting, key)


def _read_in_this_request() -> dict[str, StudioSetting]:
    """All settings, which are few: a page asks for several, and once is enough."""
    if "studio_settings" not in g:
        g.studio_settings = {row.key: row for row in db.session.scalars(select(StudioSetting))}
    found: dict[str, StudioSetting] = g.studio_settings
    return found
