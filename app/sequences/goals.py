"""What a sequence is for: the act of a client that counts as its success, and for how long afterwards it counts.

A goal decides only how results are counted. It stands beside the documents, not in them: changing it makes no version,
needs no publishing, and counts what has happened so far anew.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import ColumnElement, Select, func, select

from app.rules import RuleUse
from app.sequences import attribution, drafts
from app.sequences.models import Attribution, Sequence
from app.studio.models import Booking, Purchase

What = Literal["purchase", "membership", "intro", "booking", "visit", "appointment"]

WHATS: dict[str, LazyString] = {
    "membership": _l("Bought a membership or a pack"),
    "intro": _l("Bought an intro offer"),
    "purchase": _l("Bought anything"),
    "booking": _l("Booked a class"),
    "visit": _l("Came to the studio"),
    "appointment": _l("Booked an appointment"),
}
NAMED = ("membership", "intro")  # can be narrowed to some of what the studio sells

USUAL_DAYS = 14
MOST_DAYS = attribution.LONGEST.days

# Which exits say what a sequence is for: who has done it need not be asked for it any more.
_BY_EXIT: dict[str, What] = {
    "membership.purchased": "membership",
    "membership.active": "membership",
    "intro.purchased": "intro",
    "intro.active": "intro",
    "purchase.made": "purchase",
    "booking.made": "booking",
    "bookings.count": "booking",
    "visits.count": "visit",
    "appointments.count": "appointment",
}


class Goal(BaseModel):
    """What somebody has to do within so many days of the last step that reached them. No names: whichever it is."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    what: What = "purchase"
    names: tuple[Annotated[str, Field(max_length=200)], ...] = ()
    days: int = Field(default=USUAL_DAYS, ge=1, le=MOST_DAYS)

    @property
    def sentence(self) -> str:
        """The goal in words: "Bought a membership or a pack: Monthly"."""
        said = str(WHATS[self.what])
        return _("%(what)s: %(names)s", what=said, names=", ".join(self.names)) if self.names else said


def goal_of(sequence: Sequence) -> Goal:
    """The goal that was chosen for a sequence, else the first of its exits that names one, else any purchase."""
    if sequence.goal is not None:
        return Goal.model_validate(sequence.goal)
    document = (sequence.live or drafts.draft_revision(sequence)).document
    return suggested([RuleUse.model_validate(use) for use in document.get("exits", [])])


def suggested(exits: list[RuleUse]) -> Goal:
    """The goal that exits speak of."""
    for use in exits:
        what = of_exit(use)
        if what is not None:
            return Goal(what=what, names=_names(use) if what in NAMED else ())
    return Goal()


def of_exit(use: RuleUse) -> What | None:
    """What somebody has done who leaves by an exit, where that can be a goal."""
    return None if use.negate else _BY_EXIT.get(use.rule)


def set_goal(sequence: Sequence, goal: Goal | None) -> None:
    """Choose what a sequence is for; None goes back to what its exits say."""
    sequence.goal = goal.model_dump(mode="json") if goal is not None else None


def _names(use: RuleUse) -> tuple[str, ...]:
    values = use.value if isinstance(use.value, list) else [use.value]
    return tuple(str(value) for value in values if value)


# ---------------------------------------------------------------- as questions to the database


def successes(*columns: Any) -> Select[*tuple[Any, ...]]:
    """What is owed to steps, with the sales and bookings themselves: the conditions below are about those."""
    return (
        select(*columns)
        .select_from(Attribution)
        .outerjoin(Purchase, Purchase.id == Attribution.purchase_id)
        .outerjoin(Booking, Booking.id == Attribution.booking_id)
    )


def is_reached(goal: Goal) -> ColumnElement[bool]:
    """That it is what the goal asks for, in time. A booking that was cancelled is none."""
    return is_in_time(goal) & _MEANT[goal.what] & _is_named(goal)


def is_in_time(goal: Goal) -> ColumnElement[bool]:
    """That it came within the goal's days of the step it is owed to."""
    return Attribution.after_seconds <= goal.days * 24 * 3600


def earned_cents(goal: Goal) -> ColumnElement[int]:
    """What all sales in time have brought, whatever was bought."""
    return func.coalesce(func.sum(Purchase.price_cents).filter(is_in_time(goal)), 0)


def _is_named(goal: Goal) -> ColumnElement[bool]:
    names = [name.lower() for name in goal.names]
    return func.lower(Purchase.item).in_(names) if names else Attribution.id.is_not(None)


_IS_BOOKED = (Attribution.what == attribution.BOOKING) & Booking.cancelled_at.is_(None)
_MEANT: Mapping[What, ColumnElement[bool]] = {
    "purchase": Purchase.id.is_not(None),
    "membership": Purchase.item_kind.in_(("subscription", "pack")),
    "intro": Purchase.item_kind == "intro",
    "booking": _IS_BOOKED & (Booking.kind == "class"),
    "visit": Attribution.what == attribution.VISIT,
    "appointment": _IS_BOOKED & (Booking.kind == "appointment"),
}
