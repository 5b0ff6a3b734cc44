"""Making and changing intake forms; and what is typed about one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from flask import abort
from flask_babel import lazy_gettext as _l
from sqlalchemy import exists, func, select
from werkzeug.datastructures import MultiDict
from wtforms import Form, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]  # newer than the stubs
from wtforms.validators import DataRequired, Length

from app import clock
from app.contacts import custom_fields, naming
from app.db import db
from app.i18n import LANGUAGES
from app.intake import questions
from app.intake.models import IntakeForm, IntakeSubmission
from app.intake.questions import Question
from app.studio.models import Booking


@dataclass(frozen=True)
class Design:
    """Everything that is chosen about a form."""

    title: str
    intro: str = ""
    thanks: str = ""
    language: str = ""
    services: Sequence[str] = ()
    questions: Sequence[Question] = field(default_factory=list)


def create_form(design: Design) -> IntakeForm:
    """Make an intake form; its address comes from its title and stays when that changes."""
    form = IntakeForm(slug=naming.slug_for(design.title, "form", _is_taken), created_at=clock.now())
    db.session.add(form)
    change_form(form, design)
    db.session.flush()
    return form


def change_form(form: IntakeForm, design: Design) -> None:
    """Change what a form says and asks. What has been answered stays as it was answered."""
    form.title, form.intro, form.thanks = design.title.strip(), design.intro.strip(), design.thanks.strip()
    form.language = design.language
    form.services = list({naming.plain(name): name.strip() for name in design.services if name.strip()}.values())
    form.questions = questions.cleaned(design.questions, custom_fields.all_fields())


def switch_form(form: IntakeForm, *, on: bool) -> None:
    """Take answers, or say that the form is closed."""
    form.is_open = on


@dataclass(frozen=True)
class Line:
    """A form in the list."""

    form: IntakeForm
    answered: int
    last_at: datetime | None


def lines() -> list[Line]:
    """The forms, newest first, with how often each was filled in."""
    counted = (
        select(
            IntakeSubmission.form_id,
            func.count().label("answered"),
            func.max(IntakeSubmission.submitted_at).label("last_at"),
        )
        .group_by(IntakeSubmission.form_id)
        .subquery()
    )
    found = (
        select(IntakeForm, func.coalesce(counted.c.answered, 0), counted.c.last_at)
        .outerjoin(counted, counted.c.form_id == IntakeForm.id)
        .order_by(IntakeForm.created_at.desc(), IntakeForm.id.desc())
    )
    return [Line(*row) for row in db.session.execute(found)]


def open_forms() -> list[IntakeForm]:
    """The forms that take answers, by title."""
    return list(db.session.scalars(select(IntakeForm).where(IntakeForm.is_open).order_by(func.lower(IntakeForm.title))))


def get_form(form_id: int) -> IntakeForm:
    """One form. Answers 404 where there is none."""
    return db.session.get(IntakeForm, form_id) or abort(404)


def form_at(slug: str) -> IntakeForm:
    """The form of a public address. Answers 404 where there is none."""
    return db.session.scalar(select(IntakeForm).where(IntakeForm.slug == slug)) or abort(404)


def known_services() -> list[str]:
    """The appointment services that have been booked, to choose from."""
    booked = select(Booking.name).where(Booking.kind == "appointment", Booking.name != "").distinct()
    return sorted(db.session.scalars(booked), key=str.casefold)


def _is_taken(slug: str) -> bool:
    return bool(db.session.scalar(select(exists().where(IntakeForm.slug == slug))))


# ---------------------------------------------------------------- what is typed


class DesignForm(Form):
    """The design of a form. Its questions come in an order of their own: see `typed_questions`."""

    title = StringField(_l("Title"), [DataRequired(_l("Give it a title.")), Length(max=120)])
    intro = TextAreaField(_l("Introduction"), [Length(max=600)])
    thanks = TextAreaField(_l("Thank-you message"), [Length(max=600)])
    services = TextAreaField(_l("Appointment services"), [Length(max=2000)])
    language = SelectField(
        _l("Language"),
        choices=[SelectChoice("", _l("The client’s")), *(SelectChoice(*one) for one in LANGUAGES.items())],
        default="",
    )

    def design(self, asked: Sequence[Question]) -> Design:
        return Design(
            title=self.title.data or "",
            intro=self.intro.data or "",
            thanks=self.thanks.data or "",
            language=self.language.data or "",
            services=(self.services.data or "").splitlines(),
            questions=asked,
        )


def typed_questions(typed: MultiDict[str, str]) -> list[Question]:
    """The questions as the editor sends them: `question` in their order, `label_KEY`, `kind_KEY` and so on.

    A press of `add` adds one of that kind, `remove` takes one away.
    """
    asked = [
        Question(
            key=key,
            kind=typed.get(f"kind_{key}", ""),
            label=typed.get(f"label_{key}", ""),
            help=typed.get(f"help_{key}", ""),
            required=typed.get(f"required_{key}") == "1",
            options=typed.get(f"options_{key}", "").splitlines(),
            field=typed.get(f"field_{key}", ""),
        )
        for key in typed.getlist("question")
        if key != typed.get("remove")
    ]
    added = typed.get("add", "")
    return [*asked, Question(kind=added)] if added in questions.KINDS else asked
