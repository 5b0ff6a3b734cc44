"""Forms of the pages around the builder."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from flask_babel import LazyString
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from werkzeug.datastructures import FileStorage
from wtforms import (
    BooleanField,
    FileField,
    Form,
    IntegerField,
    PasswordField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
    TimeField,
)
from wtforms.validators import DataRequired, InputRequired, Length, NumberRange, Optional, ValidationError

from app.i18n import LANGUAGES
from app.sequences import goals, pressure
from app.sequences.builder import choices
from app.sequences.graph import HIGH, LOW, NORMAL
from app.sequences.models import SequenceFolder
from app.sequences.triggers import TRIGGERS


def _strip(text: str | None) -> str:
    return (text or "").strip()


class SecretValueForm(Form):
    """What webhooks are signed with. It is never shown again, so the field begins empty."""

    value = PasswordField(
        _l("Secret"),
        [InputRequired(_l("Enter the secret.")), Length(12, 200, _l("At least 12 characters, at most 200."))],
        filters=[_strip],
    )


class SecretForm(SecretValueForm):
    """The same, and the name it is kept under."""

    name = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), Length(max=60)], filters=[_strip])


class NewSequenceForm(Form):
    """Page one: name, folder, trigger; the counter conditions have forms of their own (SEQ-04)."""

    title = StringField(_l("Name"), [DataRequired(_l("Give it a name.")), Length(max=200)], filters=[_strip])
    folder = StringField(_l("Folder"), [Optional(), Length(max=120)], filters=[_strip])
    kind = RadioField(_l("Trigger"), [InputRequired(_l("Choose what starts it."))])
    single = BooleanField(_l("Each person once only"))

    def offer(self) -> None:
        """Offer every trigger there is."""
        self.kind.choices = choices.options((key, trigger.label) for key, trigger in TRIGGERS.items())


class SettingsForm(Form):
    """The name, and whether people go through once or each time (ENR-07)."""

    title = StringField(_l("Name"), [DataRequired(), Length(max=200)], filters=[_strip])
    single = BooleanField(_l("Each person once only"))
    priority = RadioField(
        _l("Priority"),
        choices=choices.options([(HIGH, _l("High")), (NORMAL, _l("Normal")), (LOW, _l("Low"))]),
        default=NORMAL,
    )


class GoalForm(Form):
    """What a sequence is for, and within how many days it counts."""

    what = RadioField(_l("Success is when somebody"), choices=lambda: choices.options(goals.WHATS.items()))
    membership = SelectMultipleField(_l("Which membership or pack"), validate_choice=False)
    intro = SelectMultipleField(_l("Which intro offer"), validate_choice=False)
    days = IntegerField(_l("Days"), [InputRequired(), NumberRange(1, goals.MOST_DAYS)])

    def offer(self, chosen: Sequence[str] = ()) -> None:
        """Offer what the studio sells, and what is chosen though it is sold no more."""
        for field, kind in ((self.membership, "membership"), (self.intro, "offer")):
            mine = list(chosen) if self.what.data == field.name else []
            field.choices = choices.options(choices.with_chosen(choices.seen_of_kind(kind), mine))

    def read(self, goal: goals.Goal) -> None:
        """Show a goal."""
        self.what.data, self.days.data = goal.what, goal.days
        self.offer(goal.names)
        if goal.what in goals.NAMED:
            self[goal.what].data = list(goal.names)

    def goal(self) -> goals.Goal:
        """What the fields say."""
        names = self[self.what.data].data if self.what.data in goals.NAMED else ()
        return goals.Goal(what=self.what.data, names=tuple(names or ()), days=self.days.data or goals.USUAL_DAYS)


class MoveForm(Form):
    """Which folder a sequence is in."""

    folder = SelectField(_l("Folder"), coerce=int)

    def offer(self, folders: Sequence[tuple[SequenceFolder, int]]) -> None:
        """Offer every folder, and none."""
        known = ((folder.id, folder.name) for folder, _count in folders)
        self.folder.choices = choices.options([(0, _("No folder")), *known])


class ImportForm(Form):
    """A document, from a file or pasted."""

    file = FileField(_l("File"))
    text = TextAreaField(_l("Or paste it here"), [Length(max=2_000_000)])

    def validate_text(self, _field: TextAreaField) -> None:
        if not self.given().strip():
            raise ValidationError(_("Choose a file, or paste its text."))

    def given(self) -> str | bytes:
        """What was handed in: the file, where there is one, else the text."""
        if isinstance(self.file.data, FileStorage) and self.file.data.filename:
            self.file.data.stream.seek(0)
            return self.file.data.stream.read()
        return self.text.data or ""


class FolderForm(Form):
    """The name of a folder."""

    name = StringField(_l("Name"), [DataRequired(), Length(max=120)], filters=[_strip])


class HoursForm(Form):
    """When messages of sequences may reach clients; both empty: at any time."""

    start = TimeField(_l("From"), [Optional()])
    end = TimeField(_l("Until"), [Optional()])

    def validate(self, extra_validators: Mapping[str, Sequence[Any]] | None = None) -> bool:
        """Both times in their order, or neither."""
        if not super().validate(extra_validators):
            return False
        start, end = self.start.data, self.end.data
        if (start is None) != (end is None):
            self.form_errors.append(_("Set both times, or neither."))
        elif start is not None and end is not None and end <= start:
            self.form_errors.append(_("The end comes after the start."))
        return not self.form_errors


class TemplateForm(Form):
    """What a folder made of a template is called, and which language its messages speak."""

    name = StringField(_l("Name of the folder"), [DataRequired(), Length(max=120)], filters=[_strip])
    language = SelectField(_l("Language of the messages"), choices=lambda: choices.options(LANGUAGES.items()))


def _most(label: LazyString) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(0, pressure.MOST)])


def _days(label: LazyString) -> IntegerField:
    return IntegerField(label, [Optional(), NumberRange(1, pressure.LONGEST)], default=7)


class PressureForm(Form):
    """How many messages of each channel may reach one person in how many days; no number: any (BEY-16)."""

    email_most = _most(_l("E-mails at most"))
    email_days = _days(_l("Days, for e-mails"))
    sms_most = _most(_l("SMS at most"))
    sms_days = _days(_l("Days, for SMS"))
    in_app_most = _most(_l("In-app messages at most"))
    in_app_days = _days(_l("Days, for in-app messages"))

    CHANNELS = (
        ("email", "mail", _l("E-mail")),
        ("sms", "message-2", _l("SMS")),
        ("in_app", "device-mobile-message", _l("In-app messages")),
    )

    def read(self, caps: pressure.Caps) -> None:
        """Show what is set."""
        for channel, _icon, _label in self.CHANNELS:
            cap = caps.of(channel)
            self[f"{channel}_most"].data, self[f"{channel}_days"].data = cap.most, cap.days

    def caps(self) -> pressure.Caps:
        """What the fields say."""
        said = {channel: self._cap(channel) for channel, _icon, _label in self.CHANNELS}
        return pressure.Caps.model_validate(said)

    def rows(self) -> list[tuple[str, str, LazyString, Any, Any]]:
        """Each channel: its key, icon and name, and its two fields."""
        return [
            (channel, icon, label, self[f"{channel}_most"], self[f"{channel}_days"])
            for channel, icon, label in self.CHANNELS
        ]

    def _cap(self, channel: str) -> dict[str, int | None]:
        days = self[f"{channel}_days"].data
        return {"most": self[f"{channel}_most"].data} | ({"days": days} if days else {})
