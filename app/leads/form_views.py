"""Making lead forms: the list, the editor with its live preview, the code to paste, the QR code (FORM-01 … FORM-06)."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, current_app, request, url_for
from flask_babel import gettext as _
from markupsafe import Markup

from app import qr as qr_code
from app import web
from app.contacts import custom_fields
from app.leads import form_fields, lead_forms, pipeline, queries
from app.leads.forms import LeadFormForm, field_specs
from app.leads.models import LeadForm
from app.staff import accounts

bp = Blueprint("lead_forms", __name__)


@bp.get("/website/lead-forms")
@web.needs("leads.configure")
def index() -> Response:
    return web.page("lead_forms/index.html", **_listed())


@bp.route("/website/lead-forms/new", methods=["GET", "POST"])
@web.needs("leads.configure")
def new() -> Response:
    form = _asked({"location_id": 0, "source": 0})
    if request.method == "POST" and form.validate():
        made = lead_forms.create_form(_design(form))
        return web.go(url_for(".edit", form_id=made.id))
    specs = field_specs(request.form) if request.method == "POST" else [{"key": "last_name"}, {"key": "phone"}]
    return _editor(form, specs, None)


@bp.route("/website/lead-forms/<int:form_id>", methods=["GET", "POST"])
@web.needs("leads.configure")
def edit(form_id: int) -> Response:
    lead_form = lead_forms.get_form(form_id)
    form = _asked(_as_typed(lead_form))
    if request.method == "POST" and form.validate():
        lead_forms.change_form(lead_form, _design(form))
        return web.go(url_for(".edit", form_id=lead_form.id), toast=_("Saved"))
    specs = field_specs(request.form) if request.method == "POST" else lead_form.fields
    return _editor(form, specs, lead_form)


@bp.post("/website/lead-forms/preview")
@web.needs("leads.configure")
def preview() -> Response:
    """The form as visitors will see it, of what is typed and not saved yet (FORM-03)."""
    return web.reply(
        "lead_forms/_preview.html", back=url_for(".index"), **_previewed(_asked({}), field_specs(request.form))
    )


@bp.post("/website/lead-forms/<int:form_id>/state")
@web.needs("leads.configure")
def switch(form_id: int) -> Response:
    lead_form = lead_forms.get_form(form_id)
    lead_forms.switch_form(lead_form, on=request.form.get("is_open") == "1")
    said = (
        _("%(form)s takes answers", form=lead_form.title)
        if lead_form.is_open
        else _("%(form)s is closed", form=lead_form.title)
    )
    return web.reply("lead_forms/_index.html", back=url_for(".index"), toast=said, **_listed())


@bp.get("/website/lead-forms/<int:form_id>/qr.svg")
@web.needs("leads.configure")
def qr(form_id: int) -> Response:
    """The form's public address as a QR code, for the door and for flyers (FORM-06)."""
    return qr_code.drawn(public_address(lead_forms.get_form(form_id)))


def public_address(form: LeadForm) -> str:
    return str(current_app.config["SETTINGS"].public_url) + url_for(".public", slug=form.slug)


def snippet(form: LeadForm) -> str:
    """What is pasted into a website: a frame, and the few lines that give it the height of its form (FORM-04)."""
    origin = current_app.config["SETTINGS"].public_url
    return str(
        Markup(
            '<iframe src="{}?embed=1" title="{}" loading="lazy" style="width:100%;height:640px;border:0" data-encore>'
            '</iframe>\n<script src="{}/static/js/embed.js" async></script>'
        ).format(public_address(form), form.title, origin)
    )


def _listed() -> dict[str, Any]:
    forms = lead_forms.all_forms()
    addresses = {form.id: public_address(form) for form in forms}
    return {"forms": forms, "addresses": addresses, "counts": lead_forms.lead_counts()}


def _asked(begun: dict[str, Any]) -> LeadFormForm:
    form = LeadFormForm(request.form, data=begun)
    form.offer(queries.all_sources(), accounts.all_locations())
    return form


def _as_typed(lead_form: LeadForm) -> dict[str, Any]:
    kept = {name: getattr(lead_form, name) for name in ("title", "intro", "button", "thanks", "language")}
    return kept | {"source": lead_form.source_id, "location_id": lead_form.location_id or 0}


def _design(form: LeadFormForm) -> lead_forms.Design:
    named = (form.new_source.data or "").strip()
    source = (
        (queries.source_named(named) or pipeline.add_source(named)) if named else queries.get_source(form.source.data)
    )
    return lead_forms.Design(
        title=form.title.data or "",
        source=source,
        intro=form.intro.data or "",
        button=form.button.data or "",
        thanks=form.thanks.data or "",
        language=form.language.data or "",
        location_id=form.location_id.data or None,
        fields=field_specs(request.form),
    )


def _editor(form: LeadFormForm, specs: list[dict[str, Any]], lead_form: LeadForm | None) -> Response:
    custom = custom_fields.all_fields(on_leads=True)
    chosen = form_fields.cleaned(specs, custom)
    names = form_fields.offered(custom)
    left = [
        {"key": key, "label": "", "required": False} for key in names if key not in {spec["key"] for spec in chosen}
    ]
    return web.page(
        "lead_forms/edit.html",
        status=200 if request.method == "GET" else 422,
        form=form,
        lead_form=lead_form,
        chosen=chosen,
        left=left,
        names=names,
        always=form_fields.ALWAYS,
        address=public_address(lead_form) if lead_form is not None else None,
        code=snippet(lead_form) if lead_form is not None else None,
        **_previewed(form, specs),
    )


def _previewed(form: LeadFormForm, specs: list[dict[str, Any]]) -> dict[str, Any]:
    custom = custom_fields.all_fields(on_leads=True)
    return {
        "preview_form": form_fields.build(specs, custom)(),
        "preview_title": form.title.data or _("Title"),
        "preview_intro": form.intro.data or "",
        "preview_button": form.button.data or _("Send"),
    }
