"""What is typed about tasks."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_wtf import FlaskForm
from wtforms import DateTimeLocalField, HiddenField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from app.contacts.models import Contact
from app.staff import accounts
from app.staff.models import Staff
from app.staff.studio import studio
from app.tasks import desk, queries


class NewTaskForm(FlaskForm):  # type: ignore[misc]
    """A task handed out by a person: what, about whom, for whom, until when."""

    title = StringField(_l("What is to do?"), [DataRequired(_l("Say what is to do.")), Length(max=desk.TITLE_LENGTH)])
    about = StringField(_l("About"), [Optional(), Length(max=300)])
    handed_to = SelectField(_l("For"), [DataRequired(_l("Choose who is to do it."))])
    due_at = DateTimeLocalField(_l("Until"), [Optional()])
    body = TextAreaField(_l("Details"), [Length(max=4000)])
    lead_id = HiddenField()

    def __init__(self, *args: Any, seen_by: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen_by = seen_by
        self.contact: Contact | None = None
        self.handed_to.choices = _receivers()

    def validate_about(self, field: StringField) -> None:
        self.contact = queries.person_typed(field.data or "", seen_by=self.seen_by)
        if self.contact is None:
            raise ValidationError(_("Nobody is called that. Choose somebody from the list."))

    def new_task(self) -> desk.NewTask:
        """What was asked for, once the form is valid."""
        kind, _colon, number = self.handed_to.data.partition(":")
        lead_id = self.lead_id.data or ""
        return desk.NewTask(
            title=self.title.data or "",
            body=(self.body.data or "").strip(),
            contact_id=self.contact.id if self.contact is not None else None,
            lead_id=int(lead_id) if lead_id.isdigit() else None,
            due_at=_instant(self.due_at.data),
            assignee_id=int(number) if kind == "person" else None,
            role_id=int(number) if kind == "role" else None,
            location_id=int(number) if kind == "location" else None,
        )


def _receivers() -> Any:
    roles = [SelectChoice(f"role:{role.id}", role.name, optgroup=_("Roles")) for role in accounts.all_roles()]
    places = [SelectChoice(f"location:{one.id}", one.name, optgroup=_("Locations")) for one in accounts.all_locations()]
    people = [
        SelectChoice(f"person:{one.id}", one.name, optgroup=_("People"))
        for one in accounts.all_staff()
        if one.is_active_account
    ]
    return [*roles, *places, *people]


def _instant(local: datetime | None) -> datetime | None:
    """What was typed is a time where the studio is."""
    return None if local is None else local.replace(tzinfo=studio().tz)
