"""A lead form as visitors see it: on its own page, behind a QR code, or in a frame on the studio's website."""

from __future__ import annotations

from typing import Any

from flask import Response, g, redirect, render_template, request, url_for
from flask_babel import get_locale
from flask_babel import gettext as _

from app import web
from app.contacts import custom_fields, public_forms
from app.contacts.people import Details
from app.contacts.public_forms import PublicForm
from app.leads import fields, form_fields, lead_forms, submission
from app.leads.form_views import bp
from app.leads.models import LeadForm

PURPOSE = "lead-form"


@bp.route("/f/<slug>", methods=["GET", "POST"])
@web.public
@web.embeddable
@web.csrf.exempt  # type: ignore[untyped-decorator]  # frames on other websites get no cookie; the form's own token stands in for it
@web.limiter.limit("30 per minute", methods=["POST"])
def public(slug: str) -> Response:
    lead_form = _opened(slug)
    if not lead_form.is_open:
        return _message(_("This form is closed"), _("Write to us or drop in: we are glad to help."))
    custom = custom_fields.all_fields(on_leads=True)
    form = form_fields.build(lead_form.fields, custom)(request.form)
    if request.method == "GET":
        form.token.data = public_forms.token_for(PURPOSE, lead_form.id)
        return _page(lead_form, form)
    thanked = url_for(".thanks", slug=slug, **_kept())
    if form.website.data:
        return redirect(thanked, code=303)  # type: ignore[return-value]  # a machine: let it think that it was heard
    if not form.validate() or not _is_trusted(lead_form, form):
        return _again(lead_form, form)
    submission.submit(lead_form, _answers(lead_form, form, custom), form.token.data or "")
    return redirect(thanked, code=303)  # type: ignore[return-value]


@bp.get("/f/<slug>/thanks")
@web.public
@web.embeddable
def thanks(slug: str) -> Response:
    lead_form = _opened(slug)
    return _message(_("Got it"), lead_form.thanks or _("We have your details and will be in touch soon."))


def _opened(slug: str) -> LeadForm:
    """The form at an address, in its own language where it has one and the reader asked for no other."""
    lead_form = lead_forms.form_at(slug)
    if lead_form.language and "lang" not in request.args:
        g.language = lead_form.language
    return lead_form


def _is_trusted(lead_form: LeadForm, form: PublicForm) -> bool:
    """Whether to believe a submission. Where not, it is asked once more, with a fresh token and all that was typed."""
    drawn = public_forms.drawn_at(PURPOSE, lead_form.id, form.token.data or "")
    typed = {field.name: field.data for field in form if field.name != "token"}
    if not public_forms.is_fresh(drawn):
        doubt = public_forms.too_old()
    elif submission.looks_like_a_machine(drawn, typed):
        doubt = _("That was quick. If you are no machine, send it once more.")
    else:
        return True
    form.ask_again(doubt, public_forms.token_for(PURPOSE, lead_form.id))
    return False


def _answers(lead_form: LeadForm, form: PublicForm, custom: list[Any]) -> submission.Answers:
    first, last = form["first_name"].data.strip(), _said(form, "last_name")
    if "last_name" not in form:
        first, _space, last = first.partition(" ")
    person = Details(
        first_name=first,
        last_name=last,
        email=form["email"].data,
        phone=_said(form, "phone"),
        language=get_locale().language,
        location=submission.location_of(lead_form),
    )
    wants_news = form["news"].data if "news" in form else None
    return submission.Answers(person, _said(form, "note"), fields.typed_values(form, custom), wants_news)


def _said(form: PublicForm, name: str) -> str:
    return (form[name].data or "") if name in form else ""


def _page(lead_form: LeadForm, form: PublicForm, *, status: int = 200) -> Response:
    return web.page(
        "public/lead_form.html",
        status=status,
        form=form,
        post_url=url_for(".public", slug=lead_form.slug, **_kept()),
        **_around(lead_form),
    )


def _again(lead_form: LeadForm, form: PublicForm) -> Response:
    # The browser may keep this page: it answers a POST, and Back from the next page would find nothing else to show.
    response = _page(lead_form, form, status=422)
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def _kept() -> dict[str, Any]:
    """What the address goes on saying: whether we are in a frame, and the language that was asked for."""
    return {"embed": request.args.get("embed"), "lang": request.args.get("lang")}


def _message(title: str, text: str) -> Response:
    is_embedded = request.args.get("embed") == "1"
    return Response(render_template("public/lead_form_thanks.html", title=title, text=text, is_embedded=is_embedded))


def _around(lead_form: LeadForm) -> dict[str, Any]:
    """What the form's page says around its fields."""
    is_embedded = request.args.get("embed") == "1"
    return {
        "headline": lead_form.title,
        "introduction": lead_form.intro,
        "form_title": lead_form.title if is_embedded else _("Leave us your details"),
        "button": lead_form.button or _("Send"),
        "is_embedded": is_embedded,
        "privacy_url": None,
    }
