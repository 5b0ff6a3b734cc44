"""The cancellation policy and the waiting list as forms."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, RadioField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from app.staff.forms import WholeNumber
from app.studio.policy import MOST_HOURS
from app.studio.waitlist import MOST_MINUTES, Mode

MODES = {
    Mode.AUTOMATIC: _l("Automatic"),
    Mode.CONFIRM: _l("Double confirmation"),
    Mode.FIRST_COME: _l("First come, first served"),
}


class PolicyForm(FlaskForm):  # type: ignore[misc]
    """The two periods."""

    late_hours = IntegerField(_l("Late-cancellation period"), [WholeNumber(0, MOST_HOURS)])
    credit_hours = IntegerField(_l("Credit-cancellation limit"), [WholeNumber(0, MOST_HOURS)])


class WaitlistForm(FlaskForm):  # type: ignore[misc]
    """How places are offered. The minutes matter only where somebody is asked."""

    mode = RadioField(_l("When a place becomes free"), coerce=Mode)
    minutes = IntegerField(_l("Minutes to respond"), [WholeNumber(1, MOST_MINUTES)])

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.mode.choices = [SelectChoice(mode, label) for mode, label in MODES.items()]
