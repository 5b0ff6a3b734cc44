"""Whom new leads are announced to."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import SelectMultipleField

from app.leads import queries as leads
from app.staff import accounts
from app.staff.forms import choices


class LeadNoticesForm(FlaskForm):  # type: ignore[misc]
    """Roles and sources (NOTE-01)."""

    roles = SelectMultipleField(_l("Who is told"), coerce=int)
    sources = SelectMultipleField(_l("Of leads from"), coerce=int)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.roles.choices = choices((role.id, role.name) for role in accounts.all_roles())
        self.sources.choices = choices((source.id, source.name) for source in leads.all_sources())
