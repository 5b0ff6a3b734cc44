"""How the room's codes are said on a page."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _l

from app.leads.models import CONTACTED, CONVERTED, NOT_CONTACTED, NOT_CONVERTED

STATUS_NAMES: dict[str, LazyString] = {
    NOT_CONTACTED: _l("Open, not contacted"),
    CONTACTED: _l("Working, contacted"),
    CONVERTED: _l("Closed, converted"),
    NOT_CONVERTED: _l("Closed, not converted"),
}

CREATED_WORDS: dict[str, LazyString] = {
    "": _l("Any time"),
    "today": _l("Today"),
    "7": _l("Last 7 days"),
    "30": _l("Last 30 days"),
    "90": _l("Last 90 days"),
}
