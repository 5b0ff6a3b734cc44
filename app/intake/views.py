"""Clients › Intake forms: the list, the editor with its live preview, the answers (NAV-02, STU-21)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import Blueprint, Response, flash, request, url_for
from flask_babel import gettext as _

from app import web
from app.contacts import custom_fields
from app.intake import forms, questions, submitting
from app.intake.forms import DesignForm
from app.intake.models import IntakeForm
from app.intake.questions import Question

bp = Blueprint("intake_forms", __name__, url_prefix="/clients/intake-forms")


@bp.get("")
@web.needs("contacts.see")
def index() -> Response:
    return web.page("intake/index.html", **_listed())


@bp.route("/new", methods=["GET", "POST"])
@web.needs("contacts.edit")
def new() -> Response:
    form, asked = DesignForm(request.form), forms.typed_questions(request.form)
    if request.method == "GET":
        return _editor(form, [Question()], None)
    if _is_settled() and _is_whole(form, asked):
        made = forms.create_form(form.design(asked))
        flash(_("Saved"))
        return web.go(url_for(".edit", form_id=made.id))
    return _editor(form, asked, None, status=422 if _is_settled() else 200)


@bp.route("/<int:form_id>", methods=["GET", "POST"])
@web.needs("contacts.edit")
def edit(form_id: int) -> Response:
    intake_form = forms.get_form(form_id)
    if request.method == "GET":
        return _editor(DesignForm(data=_as_typed(intake_form)), questions.stored(intake_form.questions), intake_form)
    form, asked = DesignForm(request.form), forms.typed_questions(request.form)
    if _is_settled() and _is_whole(form, asked):
        forms.change_form(intake_form, form.design(asked))
        flash(_("Saved"))
        return web.go(url_for(".edit", form_id=intake_form.id))
    return _editor(form, asked, intake_form, status=422 if _is_settled() else 200)


@bp.post("/preview")
@web.needs("contacts.edit")
def preview() -> Response:
    """The form as clients will see it, of what is typed and not saved yet."""
    shown = _previewed(DesignForm(request.form), forms.typed_questions(request.form))
    return web.reply("intake/_preview.html", back=url_for(".index"), **shown)


@bp.post("/<int:form_id>/state")
@web.needs("contacts.edit")
def switch(form_id: int) -> Response:
    intake_form = forms.get_form(form_id)
    forms.switch_form(intake_form, on=request.form.get("is_open") == "1")
    said = (
        _("%(form)s takes answers", form=intake_form.title)
        if intake_form.is_open
        else _("%(form)s is closed", form=intake_form.title)
    )
    return web.reply("intake/_index.html", back=url_for(".index"), toast=said, **_listed())


def _is_settled() -> bool:
    """Whether the form is to be saved; a question added or removed only shows it anew."""
    return not (request.form.get("add") or request.form.get("remove"))


def _is_whole(form: DesignForm, asked: Sequence[Question]) -> bool:
    return form.validate() and not questions.without_choices(asked)


def _listed() -> dict[str, Any]:
    lines = forms.lines()
    return {"lines": lines, "addresses": {line.form.id: submitting.address_of(line.form) for line in lines}}


def _as_typed(form: IntakeForm) -> dict[str, Any]:
    kept = {name: getattr(form, name) for name in ("title", "intro", "thanks", "language")}
    return kept | {"services": "\n".join(form.services)}


def _editor(
    form: DesignForm, asked: Sequence[Question], intake_form: IntakeForm | None, *, status: int = 200
) -> Response:
    return web.page(
        "intake/edit.html",
        status=status,
        form=form,
        intake_form=intake_form,
        asked=asked,
        lacking=questions.without_choices(asked) if status >= 400 else (),  # noqa: PLR2004 - refused
        kinds=questions.KINDS,
        with_options=questions.WITH_OPTIONS,
        custom_fields=custom_fields.all_fields(),
        services=forms.known_services(),
        address=submitting.address_of(intake_form) if intake_form is not None else None,
        **_previewed(form, asked),
    )


def _previewed(form: DesignForm, asked: Sequence[Question]) -> dict[str, Any]:
    shown = [one for one in asked if one.label.strip()]
    return {
        "preview_form": questions.build(shown, asks_who=False)(),
        "preview_title": form.title.data or _("Title"),
        "preview_intro": form.intro.data or "",
    }
