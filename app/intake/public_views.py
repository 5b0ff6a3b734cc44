"""An intake form as clients see it: by a link of their own, or by the one for all, where they say who they are."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app import web
from app.contacts import custom_fields, people, public_forms
from app.contacts.models import Contact
from app.contacts.people import Details
from app.contacts.public_forms import PublicForm
from app.intake import forms, questions, submitting
from app.intake.models import IntakeForm
from app.intake.questions import Question

PAGE = "intake-form"

bp = Blueprint("intake", __name__, url_prefix="/intake")


@bp.route("/<slug>", methods=["GET", "POST"])
@bp.route("/<slug>/<token>", methods=["GET", "POST"])
@web.public
@web.csrf.exempt  # type: ignore[untyped-decorator]  # the page's own token stands in for a cookie, which mail programs' browsers may not keep
@web.limiter.limit("30 per minute", methods=["POST"])
def public(slug: str, token: str | None = None) -> Response:
    intake_form = forms.form_at(slug)
    contact = submitting.whose(intake_form, token) if token is not None else None
    g.language = request.args.get("lang") or intake_form.language or (contact.language if contact else None)
    if not intake_form.is_open:
        return _message(_("This form is closed"), _("Write to us or drop in: we are glad to help."))
    if token is not None and contact is None:
        return _message(_("This link does not work"), _("It may be cut off. Open it from the message once more."), 404)
    asked = questions.stored(intake_form.questions)
    form = questions.build(asked, asks_who=contact is None)(request.form)
    if request.method == "GET":
        form.token.data = public_forms.token_for(PAGE, intake_form.id)
        if contact is not None:
            questions.fill_in(form, asked, contact)
        return _page(intake_form, form, contact)
    thanked = url_for(".thanks", slug=slug, lang=request.args.get("lang") or g.language)
    if form.website.data:
        return redirect(thanked, code=303)  # type: ignore[return-value]  # a machine: let it think that it was heard
    if not form.validate() or not _says_something(form, asked) or not _is_fresh(intake_form, form):
        return _page(intake_form, form, contact, status=422)
    _keep(intake_form, form, asked, contact)
    return redirect(thanked, code=303)  # type: ignore[return-value]


@bp.get("/<slug>/thanks")
@web.public
def thanks(slug: str) -> Response:
    intake_form = forms.form_at(slug)
    g.language = request.args.get("lang") or intake_form.language or None
    return _message(_("Thank you"), intake_form.thanks or _("We have your answers and look forward to seeing you."))


def _keep(intake_form: IntakeForm, form: PublicForm, asked: list[Question], contact: Contact | None) -> None:
    submitting.submit(
        intake_form,
        contact or _whoever(form),
        questions.answers(asked, form),
        custom=questions.custom_values(asked, form, custom_fields.all_fields()),
        is_certain=contact is not None,
        token=form.token.data or "",
    )


def _whoever(form: PublicForm) -> Contact:
    """The person somebody says they are, by their e-mail address."""
    details = Details(
        first_name=form["first_name"].data or "",
        last_name=form["last_name"].data or "",
        email=form["email"].data,
        language=get_locale().language,
    )
    contact, _is_new = people.find_or_create(details, by=submitting.CLIENT, via="form")
    return contact


def _says_something(form: PublicForm, asked: list[Question]) -> bool:
    """Whether anything was answered: a form of optional questions can be sent as it came."""
    if not asked or any(one["answer"] for one in questions.answers(asked, form)):
        return True
    form.form_errors.append(_("Answer at least one question: there is nothing to send yet."))
    return False


def _is_fresh(intake_form: IntakeForm, form: PublicForm) -> bool:
    """Whether the page was drawn by us today. Where not, it is asked once more, with all that was typed."""
    if public_forms.is_fresh(public_forms.drawn_at(PAGE, intake_form.id, form.token.data or "")):
        return True
    form.ask_again(public_forms.too_old(), public_forms.token_for(PAGE, intake_form.id))
    return False


def _page(intake_form: IntakeForm, form: PublicForm, contact: Contact | None, *, status: int = 200) -> Response:
    arguments: dict[str, Any] = {**(request.view_args or {}), "lang": request.args.get("lang")}
    return web.page(
        "public/intake.html",
        status=status,
        form=form,
        post_url=url_for(".public", **arguments),
        form_title=intake_form.title,
        introduction=intake_form.intro,
        first_name=contact.first_name if contact else "",
    )


def _message(title: str, text: str, status: int = 200) -> Response:
    return Response(
        render_template("public/lead_form_thanks.html", title=title, text=text, is_embedded=False), status=status
    )
