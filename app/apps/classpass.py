"""The numbers by which Classpass knows the studio (CP-02, CP-03).

The host id is drawn once, on the first day, and a location's venue id follows from it: a new location has one at once,
and none ever changes.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence

from flask_babel import gettext as _
from pydantic import BaseModel

from app.staff import accounts, studio
from app.staff.models import Location
from app.web import Refusal

KEY = "classpass"
LETTERS = "23456789ABCDEFGHJKMNPQRSTUVWXYZ"  # none that is taken for another when read aloud
LENGTH = 8
ALL = "ALL"


class Classpass(BaseModel):
    """The studio's host id, and whether one venue id stands for all its locations."""

    host_id: str = ""
    is_consolidated: bool = False

    def venue_id(self, location: Location) -> str:
        return f"{self.host_id}-{location.id}"

    @property
    def consolidated_id(self) -> str | None:
        return f"{self.host_id}-{ALL}" if self.is_consolidated else None


class OneLocation(Refusal):
    """With a single location there is nothing to put together."""


def classpass() -> Classpass:
    """The ids at present."""
    return studio.get(KEY, Classpass)


def draw_host_id() -> None:
    """Give the studio its host id. One that has it keeps it."""
    if not classpass().host_id:
        studio.put(KEY, Classpass(host_id="".join(secrets.choice(LETTERS) for _one in range(LENGTH))))


def consolidate() -> None:
    """Give all locations together one venue id, beside their own. Raises OneLocation."""
    if len(accounts.all_locations()) == 1:
        raise OneLocation(_("With one location, its own venue id is all you need."))
    studio.put(KEY, classpass().model_copy(update={"is_consolidated": True}))


def locations_of(venue_id: str) -> Sequence[Location]:
    """The locations behind a venue id; none for one that is not ours."""
    known = classpass()
    everywhere = accounts.all_locations()
    if venue_id == known.consolidated_id:
        return everywhere
    return [one for one in everywhere if known.venue_id(one) == venue_id]


def answer(locations: Sequence[Location]) -> str:
    """What Classpass's support wants to know in the end, ready to be pasted (CP-04)."""
    known = classpass()
    if known.consolidated_id is not None:
        venues = [known.consolidated_id]
    elif len(locations) == 1:
        venues = [known.venue_id(locations[0])]
    else:
        venues = [f"{known.venue_id(one)} ({one.name})" for one in locations]
    return f"Host ID: {known.host_id}\nVenue ID: {', '.join(venues)}"
