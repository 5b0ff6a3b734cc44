"""The numbers of the scoring page."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import IntegerField, SelectField
from wtforms.fields import Field
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs

from app.scoring.points import RULES
from app.scoring.settings import MOST_POINTS, MOST_THRESHOLD, Scoring
from app.staff.forms import WholeNumber

PERIODS = (0, 5, 10, 14, 30, 60, 90)


class ScoringForm(FlaskForm):  # type: ignore[misc]
    """One number a rule, the threshold, and the period after which somebody silent cools down."""

    call_made_min_seconds = IntegerField(_l("From so many seconds on"), [WholeNumber(1, 3600)])
    threshold = IntegerField(_l("Hot from so many points on"), [WholeNumber(1, MOST_THRESHOLD)])
    reset_days = SelectField(_l("Reset period"), coerce=int)

    def __init__(self, *args: Any, worth: Scoring, **kwargs: Any) -> None:
        super().__init__(*args, obj=worth, **kwargs)
        days = {*PERIODS, worth.reset_days or 0}
        self.reset_days.choices = [
            SelectChoice(one, _("%(n)s days", n=one) if one else _("Never")) for one in sorted(days)
        ]
        if not self.is_submitted():
            self.reset_days.data = worth.reset_days or 0

    def points(self, key: str) -> Field:
        """The field of a rule."""
        field: Field = self[key]
        return field

    def changed(self) -> dict[str, Any]:
        """What was typed, as the settings have it, once the form is valid."""
        numbers = {key: self[key].data for key in (*RULES, "call_made_min_seconds", "threshold")}
        return numbers | {"reset_days": self.reset_days.data or None}


for _rule in RULES.values():
    setattr(ScoringForm, _rule.key, IntegerField(_rule.label, [WholeNumber(-MOST_POINTS, MOST_POINTS)]))
