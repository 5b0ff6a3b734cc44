"""What the check before publishing looks for (SEQ-24): one declared function each, by what it has to look at."""

from app.sequences.checks import delivery, paths, people, shape, texts
from app.sequences.checks.registry import (
    ABOUT,
    CHECKS,
    DOCUMENT,
    ERROR,
    NOTICE,
    PEOPLE,
    SEVERITIES,
    STUDIO,
    WARNING,
    Finding,
    Look,
    Mend,
    Way,
)

__all__ = [
    "ABOUT",
    "CHECKS",
    "DOCUMENT",
    "ERROR",
    "NOTICE",
    "PEOPLE",
    "SEVERITIES",
    "STUDIO",
    "WARNING",
    "Finding",
    "Look",
    "Mend",
    "Way",
    "delivery",
    "paths",
    "people",
    "shape",
    "texts",
]
