"""The studio's locations (GEN-10) and its description of itself."""

from __future__ import annotations

from flask_babel import gettext as _
from sqlalchemy import func, select

from app.db import db
from app.staff.models import Location
from app.web import Refusal


class NameTaken(Refusal):
    """Two locations of one name could not be told apart."""

    def __init__(self) -> None:
        super().__init__(_("There is a location of this name already."))


def add_location(name: str, zone: str) -> Location:
    """Open a location. Raises NameTaken."""
    _refuse_double(name)
    location = Location(name=name.strip(), zone=zone)
    db.session.add(location)
    db.session.flush()
    return location


def change_location(location: Location, name: str, zone: str) -> None:
    """Rename a location or move its clock. Raises NameTaken."""
    _refuse_double(name, apart_from=location)
    location.name, location.zone = name.strip(), zone


def _refuse_double(name: str, apart_from: Location | None = None) -> None:
    same = db.session.scalar(select(Location).where(func.lower(Location.name) == name.strip().lower()))
    if same is not None and same is not apart_from:
        raise NameTaken
