"""What staff type about leads: shape and cleaning, never a decision."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import MultiDict
from wtforms import EmailField, Form, IntegerField, SelectField, StringField, TelField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, Length, Optional, ValidationError

from app.contacts.people import Details
from app.i18n import LANGUAGES
from app.leads import queries
from app.leads.models import LeadSource, LeadStage
from app.staff.models import Location, Staff

LONGEST_NAME = 200
LONGEST_ADDRESS = 254
LONGEST_NUMBER = 40
LONGEST_NOTE = 5000

SOURCE_ICONS = (
    "forms", "world", "brand-instagram", "brand-facebook", "brand-google", "walk", "users", "calendar-event", "phone",
    "mail", "gift", "building-store", "qrcode", "layout-dashboard", "shopping-cart", "webhook",
)  # fmt: skip


def at_most(length: int) -> Length:
    return Length(max=length, message=_l("At most %(max)d characters."))


def _options(
    of: Sequence[LeadSource] | Sequence[LeadStage] | Sequence[Staff] | Sequence[Location],
    nothing: LazyString | None = None,
) -> list[SelectChoice]:
    """The options of a choice by id; 0 is none of them."""
    none = [SelectChoice(0, nothing)] if nothing is not None else []
    return none + [SelectChoice(one.id, one.name) for one in of]


class PersonForm(Form):
    """Who it is. An address or number that cannot be used is taken all the same: it marks the lead (LEAD-19)."""

    first_name = StringField(_l("First name"), [DataRequired(_l("Type a name.")), at_most(LONGEST_NAME)])
    last_name = StringField(_l("Last name"), [at_most(LONGEST_NAME)])
    email = EmailField(_l("E-mail"), [at_most(LONGEST_ADDRESS)])
    phone = TelField(_l("Phone"), [at_most(LONGEST_NUMBER)])

    @property
    def details(self) -> Details:
        return Details(
            first_name=self.first_name.data or "",
            last_name=self.last_name.data or "",
            email=self.email.data or "",
            phone=self.phone.data or "",
        )


class DetailsForm(PersonForm):
    note = TextAreaField(_l("Note"), [at_most(LONGEST_NOTE)])


class NewLeadForm(PersonForm):
    source = SelectField(_l("Source"), coerce=int)
    stage = SelectField(_l("Stage"), coerce=int)
    assignee = SelectField(_l("Assignee"), coerce=int)
    note = TextAreaField(_l("Note"), [at_most(LONGEST_NOTE)])

    def offer(self, sources: Sequence[LeadSource], stages: Sequence[LeadStage], staff: Sequence[Staff]) -> None:
        self.source.choices = _options(sources)
        self.stage.choices = _options(stages)
        self.assignee.choices = _options(staff, nothing=_l("Whose turn it is"))


class StageForm(Form):
    """Where a lead goes. `rev` is the revision that whoever moves it saw."""

    stage = SelectField(_l("Stage"), coerce=int)
    rev = IntegerField(validators=[Optional()])

    def offer(self, stages: Sequence[LeadStage]) -> None:
        self.stage.choices = _options(stages)


class AssigneeForm(Form):
    assignee = SelectField(_l("Assignee"), coerce=int)

    def offer(self, staff: Sequence[Staff]) -> None:
        self.assignee.choices = _options(staff, nothing=_l("Nobody"))


class StatusForm(Form):
    status = SelectField(_l("Status"), choices=[SelectChoice(one) for one in queries.SETTABLE])


class StageSetupForm(Form):
    name = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), at_most(80)])
    emoji = StringField(_l("Emoji"), [at_most(8)])


class SourceSetupForm(Form):
    name = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), at_most(120)])
    icon = SelectField(_l("Icon"), choices=[SelectChoice(icon) for icon in SOURCE_ICONS], default="forms")


class ReplacementForm(Form):
    """Where the leads of something deleted go; 0 where there are none."""

    replacement = SelectField(_l("Its leads go to"), coerce=int, default=0)

    def offer(self, others: Sequence[LeadStage] | Sequence[LeadSource]) -> None:
        self.replacement.choices = _options(others, nothing=_l("Choose…"))


class LeadFormForm(Form):
    """The design of a lead form. Its fields come in an order of their own: see `field_specs`."""

    title = StringField(_l("Title"), [DataRequired(_l("Give it a title.")), at_most(120)])
    intro = TextAreaField(_l("Introduction"), [at_most(600)])
    button = StringField(_l("Button"), [at_most(60)])
    thanks = TextAreaField(_l("Thank-you message"), [at_most(600)])
    source = SelectField(_l("Source"), coerce=int)
    new_source = StringField(_l("New source"), [at_most(120)])
    location_id = SelectField(_l("Location"), coerce=int)
    language = SelectField(
        _l("Language"),
        choices=[SelectChoice("", _l("The visitor’s")), *(SelectChoice(*one) for one in LANGUAGES.items())],
    )

    def offer(self, sources: Sequence[LeadSource], locations: Sequence[Location]) -> None:
        self.source.choices = _options(sources, nothing=_l("Choose…"))
        self.location_id.choices = _options(locations, nothing=_l("Not said"))

    def validate_source(self, field: SelectField) -> None:
        """A form cannot be saved without a source; a new one can be named right here (FORM-01)."""
        if not field.data and not (self.new_source.data or "").strip():
            raise ValidationError(_("Choose a source, or name a new one."))


def field_specs(typed: MultiDict[str, str]) -> list[dict[str, Any]]:
    """The fields of a lead form as the editor sends them: `field` in their order, `label_KEY`, `required_KEY`."""
    return [
        {"key": key, "label": typed.get(f"label_{key}", ""), "required": typed.get(f"required_{key}") == "1"}
        for key in typed.getlist("field")
    ]
