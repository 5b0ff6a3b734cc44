"""The forms of the drawer. Each reads a step into its fields and writes them back; the document checks what they say.

A form knows the shape of input, never a decision: `values()` are the parameters as they stand in a document.
"""

from __future__ import annotations

from typing import Any, cast

from flask_babel import lazy_gettext as _
from wtforms import (
    BooleanField,
    Form,
    IntegerField,
    RadioField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from app.messaging import cleaning
from app.sequences import webhook_secrets
from app.sequences.builder import choices
from app.sequences.builder.wait_form import UNITS, amount_of
from app.sequences.graph import ActionStep, AnyStep, IfStep, SplitStep
from app.sequences.waits import Wait


def _strip(text: str | None) -> str:
    return (text or "").strip()


# ------------------------------------------------------------------ one form a kind of step


def _params(step: AnyStep) -> Any:
    """The parameters of an action, whose shape the form for that action knows."""
    return step.params if isinstance(step, ActionStep) else None


class StepForm(Form):
    """What every step has, besides its wait."""

    title = StringField(_("Name of the step"), [Optional(), Length(max=200)], filters=[_strip])

    def offer(self, step: AnyStep) -> None:
        """Fill the lists one can choose from."""

    def read(self, step: AnyStep) -> None:
        """Show a step."""
        self.title.data = step.title

    def values(self) -> dict[str, Any]:
        """The parameters as they stand in a document."""
        return {}


class MessageForm(StepForm):
    """What every message has: how long it keeps."""

    keeps_amount = IntegerField(_("How long it keeps"), [Optional(), NumberRange(1, 5000)])
    keeps_unit = SelectField(_("Unit"), choices=UNITS, default="days")

    def read(self, step: AnyStep) -> None:
        super().read(step)
        keeps = _params(step).stale_after
        self.keeps_amount.data, self.keeps_unit.data = amount_of(Wait(**keeps.model_dump()) if keeps else None)

    def values(self) -> dict[str, Any]:
        return {"stale_after": {self.keeps_unit.data: self.keeps_amount.data}} if self.keeps_amount.data else {}


class EmailForm(MessageForm):
    """E-mail."""

    subject = StringField(_("Subject"), [InputRequired(), Length(max=200)], filters=[_strip])
    preview = StringField(_("Preview text"), [Optional(), Length(max=200)], filters=[_strip])
    html = TextAreaField(_("Message"), [Length(max=200_000)])

    def offer(self, step: AnyStep) -> None:
        # What is written in the message editor only.
        self._kept: dict[str, Any] = _params(step).model_dump(
            mode="json", include={"blocks", "text"}, exclude_defaults=True
        )

    def read(self, step: AnyStep) -> None:
        super().read(step)
        params = _params(step)
        self.subject.data, self.preview.data, self.html.data = params.subject, params.preview, params.html

    def validate_html(self, _field: TextAreaField) -> None:
        if (fault := cleaning.misled(self._clean_html())) is not None:
            raise ValidationError(fault)

    def _clean_html(self) -> str:
        return cleaning.mail(self.html.data or "")

    def values(self) -> dict[str, Any]:
        said: dict[str, Any] = {"subject": self.subject.data} | (
            {"preview": self.preview.data} if self.preview.data else {}
        )
        body = {} if "blocks" in self._kept else {"html": self._clean_html()}
        return {**super().values(), **said, **self._kept, **body}


class TextForm(MessageForm):
    """SMS and in-app messages."""

    body = TextAreaField(_("Message"), [InputRequired(), Length(max=1600)])

    def read(self, step: AnyStep) -> None:
        super().read(step)
        self.body.data = _params(step).body

    def values(self) -> dict[str, Any]:
        return super().values() | {"body": _strip(self.body.data).replace("\r\n", "\n")}


class TaskForm(StepForm):
    """A task for the staff (TASK-03)."""

    title = StringField(_("What is to be done"), [InputRequired(), Length(max=200)], filters=[_strip])
    body = TextAreaField(_("Details"), [Optional(), Length(max=5000)])
    whom = RadioField(
        _("For"),
        choices=choices.options(
            [
                ("role", _("A role")),
                ("location", _("A location")),
                ("person", _("A person")),
                ("lead_assignee", _("Whoever looks after the lead")),
            ]
        ),
    )
    role = SelectField(_("Role"), validate_choice=False)
    location = SelectField(_("Location"), validate_choice=False)
    person = SelectField(_("Person"), validate_choice=False)
    due_amount = IntegerField(_("To be done within"), [Optional(), NumberRange(1, 5000)])
    due_unit = SelectField(_("Unit"), choices=UNITS, default="hours")

    def offer(self, step: AnyStep) -> None:
        assign = _params(step).assign
        for field, kind in ((self.role, "role"), (self.location, "location"), (self.person, "staff")):
            named = choices.with_chosen(choices.of_kind(kind) or [], getattr(assign, field.name, None))
            field.choices = choices.options(named)

    def read(self, step: AnyStep) -> None:
        super().read(step)
        params = _params(step)
        self.body.data = params.body
        for name in ("role", "location", "person"):
            if said := getattr(params.assign, name):
                self.whom.data, self[name].data = name, said
        if params.assign.lead_assignee:
            self.whom.data = "lead_assignee"
        self.due_amount.data, self.due_unit.data = amount_of(Wait(**params.due.model_dump()) if params.due else None)

    def values(self) -> dict[str, Any]:
        whom = self.whom.data
        due = {"due": {self.due_unit.data: self.due_amount.data}} if self.due_amount.data else {}
        assign = {whom: True if whom == "lead_assignee" else self[whom].data}
        return {"body": _strip(self.body.data), "assign": assign} | due


class TagsForm(StepForm):
    """Adding and removing tags."""

    tags = SelectMultipleField(_("Tags"), validate_choice=False)
    new_tags = StringField(_("New tags, with commas between them"), [Optional(), Length(max=400)])

    def offer(self, step: AnyStep) -> None:
        known = choices.with_chosen(choices.of_kind("tag") or [], _params(step).tags)
        self.tags.choices = choices.options(known)

    def read(self, step: AnyStep) -> None:
        super().read(step)
        self.tags.data = _params(step).tags

    def validate_new_tags(self, _field: StringField) -> None:
        if not self._all():
            raise ValidationError(_("Choose at least one tag, or write a new one."))

    def values(self) -> dict[str, Any]:
        return {"tags": self._all()}

    def _all(self) -> list[str]:
        typed = [name.strip() for name in (self.new_tags.data or "").split(",")]
        return list(dict.fromkeys(name for name in [*(self.tags.data or []), *typed] if name))


class NewLeadForm(StepForm):
    """Making a lead (ACT-06)."""

    source = SelectField(_("Source"), validate_choice=False)
    stage = SelectField(_("Stage"), validate_choice=False)
    note = TextAreaField(_("Note"), [Optional(), Length(max=2000)])

    def offer(self, step: AnyStep) -> None:
        params = _params(step)
        sources = choices.with_chosen(choices.of_kind("source") or [], params.source)
        self.source.choices = choices.options(sources)
        stages = choices.with_chosen(choices.of_kind("lead_stage") or [], params.stage)
        self.stage.choices = choices.options([("", _("The first one")), *stages])

    def read(self, step: AnyStep) -> None:
        super().read(step)
        params = _params(step)
        self.source.data, self.stage.data, self.note.data = params.source, params.stage or "", params.note

    def values(self) -> dict[str, Any]:
        stage = {"stage": self.stage.data} if self.stage.data else {}
        return {"source": self.source.data, "note": _strip(self.note.data)} | stage


class LeadForm(StepForm):
    """Changing the open lead (ACT-08)."""

    stage = SelectField(_("Move to the stage"), validate_choice=False)
    status = SelectField(_("Set the status"), validate_choice=False)
    assignee = SelectField(_("Give to"), validate_choice=False)

    def offer(self, step: AnyStep) -> None:
        as_is = [("", _("As it is"))]
        for field, kind in ((self.stage, "lead_stage"), (self.status, "lead_status"), (self.assignee, "staff")):
            chosen = getattr(_params(step), field.name)
            field.choices = choices.options(as_is + choices.with_chosen(choices.of_kind(kind) or [], chosen))

    def read(self, step: AnyStep) -> None:
        super().read(step)
        for field in (self.stage, self.status, self.assignee):
            field.data = getattr(_params(step), field.name) or ""

    def validate_stage(self, _field: SelectField) -> None:
        if not self.values():
            raise ValidationError(_("Choose the stage, the status or the person."))

    def values(self) -> dict[str, Any]:
        return {field.name: field.data for field in (self.stage, self.status, self.assignee) if field.data}


class LifecycleForm(StepForm):
    """Moving to another lifecycle stage."""

    stage = SelectField(_("Move to the stage"), validate_choice=False)

    def offer(self, step: AnyStep) -> None:
        known = choices.of_kind("lifecycle_stage") or []
        self.stage.choices = choices.options(choices.with_chosen(known, _params(step).stage))

    def read(self, step: AnyStep) -> None:
        super().read(step)
        self.stage.data = _params(step).stage

    def values(self) -> dict[str, Any]:
        return {"stage": self.stage.data}


class WebhookForm(StepForm):
    """Telling another system. What is added to the body is one line each, a name and a value."""

    url = StringField(_("Address"), [InputRequired(), Length(max=500)], filters=[_strip])
    signed_with = SelectField(_("Sign with"), validate_choice=False)
    fields = TextAreaField(_("Added to the body"), [Optional(), Length(max=20_000)])

    def offer(self, step: AnyStep) -> None:
        self.offer_secrets(_params(step).signed_with)

    def offer_secrets(self, chosen: str) -> None:
        """The secrets there are, and the one chosen though it is not here."""
        known = [(one.name, one.name) for one in webhook_secrets.all_secrets()]
        unsigned = [("", _("no secret: the call is not signed"))]
        self.signed_with.choices = choices.options([*unsigned, *choices.with_chosen(known, chosen)])

    def read(self, step: AnyStep) -> None:
        super().read(step)
        params = _params(step)
        self.url.data, self.signed_with.data = params.url, params.signed_with
        self["fields"].data = "\n".join(f"{name}: {value}" for name, value in params.fields.items())

    def validate_fields(self, field: TextAreaField) -> None:
        if any(":" not in line for line in _lines(field.data)):
            raise ValidationError(_("One a line, such as source: website."))

    def values(self) -> dict[str, Any]:
        pairs = [line.partition(":") for line in _lines(self["fields"].data)]
        fields = {name.strip(): value.strip() for name, _colon, value in pairs}
        said = {"url": self.url.data, "signed_with": self.signed_with.data, "fields": fields}
        return {name: value for name, value in said.items() if value}


def _lines(text: str | None) -> list[str]:
    return [line for line in (text or "").splitlines() if line.strip()]


class ConditionForm(StepForm):
    """A condition: its rules have forms of their own."""

    match = SelectField(
        _("True when"),
        choices=choices.options([("all", _("all of these are so")), ("any", _("one of these is so"))]),
        default="all",
    )

    def read(self, step: AnyStep) -> None:
        super().read(step)
        self.match.data = cast("IfStep", step).condition.match


class SplitForm(StepForm):
    """An A/B split of two."""

    share = IntegerField(_("Share of branch A, in per cent"), [InputRequired(), NumberRange(1, 99)])
    name_a = StringField(_("Name of branch A"), [Optional(), Length(max=40)], filters=[_strip])
    name_b = StringField(_("Name of branch B"), [Optional(), Length(max=40)], filters=[_strip])

    def read(self, step: AnyStep) -> None:
        super().read(step)
        first, second, *_more = cast("SplitStep", step).split
        self.share.data, self.name_a.data, self.name_b.data = first.share, first.name, second.name


FORMS: dict[str, type[StepForm]] = {
    "email": EmailForm,
    "sms": TextForm,
    "in_app": TextForm,
    "task": TaskForm,
    "tag.add": TagsForm,
    "tag.remove": TagsForm,
    "lead.create": NewLeadForm,
    "lead.update": LeadForm,
    "lifecycle.move": LifecycleForm,
    "webhook": WebhookForm,
}


def form_of(step: AnyStep) -> type[StepForm]:
    """The form for a kind of step."""
    if isinstance(step, IfStep):
        return ConditionForm
    if isinstance(step, SplitStep):
        return SplitForm
    return FORMS.get(step.do, StepForm)


def shape_of(step: AnyStep) -> str:
    """The name of the partial with the fields of a step."""
    if isinstance(step, ActionStep):
        return {"in_app": "sms", "tag.add": "tags", "tag.remove": "tags"}.get(step.do, step.do.replace(".", "_"))
    return "condition" if isinstance(step, IfStep) else "split"


class OnOffForm(Form):
    """The switch of a step (SEQ-17)."""

    enabled = BooleanField(_("On"))
