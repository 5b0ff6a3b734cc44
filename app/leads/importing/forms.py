"""What is asked about an import: the file and where its people come from, then which column is which."""

from __future__ import annotations

from collections.abc import Sequence

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import BooleanField, FileField, Form, SelectField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import ValidationError

from app.leads.importing.columns import FIELDS
from app.leads.models import LeadSource


class FileForm(Form):
    """The file and its source."""

    file = FileField(_l("CSV file"))
    source = SelectField(_l("Source"), coerce=int)

    def offer(self, sources: Sequence[LeadSource]) -> None:
        self.source.choices = [SelectChoice(one.id, one.name) for one in sources]

    def validate_file(self, field: FileField) -> None:
        if not isinstance(field.data, FileStorage) or not field.data.filename:
            raise ValidationError(_("Choose a file."))


class ChoicesForm(Form):
    """How a file is read and what its leads do. No column can be two things."""

    source = SelectField(_l("Source"), coerce=int)
    first_name = SelectField(FIELDS["first_name"], coerce=int)
    last_name = SelectField(FIELDS["last_name"], coerce=int)
    email = SelectField(FIELDS["email"], coerce=int)
    is_quiet = BooleanField(_l("Import without starting sequences"))

    def offer(self, sources: Sequence[LeadSource], headings: Sequence[str]) -> None:
        self.source.choices = [SelectChoice(one.id, one.name) for one in sources]
        for name in FIELDS:
            field: SelectField = self[name]  # type: ignore[assignment]
            field.choices = [SelectChoice(place, heading or f"#{place + 1}") for place, heading in enumerate(headings)]

    @property
    def placed(self) -> dict[str, int]:
        return {name: self[name].data for name in FIELDS}

    def validate_last_name(self, field: SelectField) -> None:
        if field.data == self.first_name.data:
            raise ValidationError(_("This column is the first name already."))

    def validate_email(self, field: SelectField) -> None:
        if field.data in {self.first_name.data, self.last_name.data}:
            raise ValidationError(_("This column is a name already."))
