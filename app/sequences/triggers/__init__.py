"""What can start a sequence, one file a group. Importing this package declares all triggers."""

from app.sequences.triggers import appointments, classes, clients, intro, leads, memberships, messages, other
from app.sequences.triggers.registry import (
    BOOKING,
    CHECK_IN,
    GROUPS,
    START,
    TRIGGERS,
    Filter,
    Moment,
    Trigger,
    by_group,
    instant,
    listening_to,
    names_of,
)

__all__ = [
    "BOOKING",
    "CHECK_IN",
    "GROUPS",
    "START",
    "TRIGGERS",
    "Filter",
    "Moment",
    "Trigger",
    "appointments",
    "by_group",
    "classes",
    "clients",
    "instant",
    "intro",
    "leads",
    "listening_to",
    "memberships",
    "messages",
    "names_of",
    "other",
]
