"""The line above every page when the product is unwell (BEY-20): due work waits, and somebody should know."""

from __future__ import annotations

from datetime import timedelta

from flask_babel import gettext as _
from flask_login import current_user

from app import badges
from app.staff import pulse
from app.staff.pulse import Ailment


@badges.banner
def ailing() -> badges.Banner | None:
    """What does not run, said to everybody: whoever is at the desk calls whoever looks after the installation."""
    if not current_user.is_authenticated:
        return None
    said = [_said(ailment) for ailment in pulse.ailments()]
    if not said:
        return None
    return badges.Banner(" ".join([*said, _("Messages and sequences wait; nothing is lost.")]), tone="danger")


def _said(ailment: Ailment) -> str:
    match ailment.name, ailment.silent_for:
        case "clock", None:
            sentence = _("The clock has never run.")
        case "clock", silent_for:
            sentence = _("The clock is %(late)s late.", late=_span(silent_for))
        case _, None:
            sentence = _("No worker has ever run.")
        case _, silent_for:
            sentence = _("The workers have been silent for %(silent)s.", silent=_span(silent_for))
    return str(sentence)


def _span(silent_for: timedelta | None) -> str:
    minutes = int((silent_for or timedelta()).total_seconds() // 60)
    hours, minutes_left = divmod(minutes, 60)
    if hours:
        return str(_("%(h)s h %(min)s min", h=hours, min=minutes_left))
    return str(_("%(n)s min", n=minutes))
