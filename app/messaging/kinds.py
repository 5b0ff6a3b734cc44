"""What the kinds of transactional messages are called. The room that sends a kind names it here (MSG-03, MSG-04)."""

from __future__ import annotations

from flask_babel import LazyString
from flask_babel import lazy_gettext as _

from app.messaging.permission import SMS_ANSWER

NAMES: dict[str, LazyString] = {SMS_ANSWER: _("Answer to STOP, START or HELP")}


def name_of(kind: str) -> str:
    """A kind in words; one that nobody has named stands for itself."""
    return str(NAMES.get(kind, kind))
