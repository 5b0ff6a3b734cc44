"""Settings › Webhook secrets: entered once, shown to nobody, replaced, deleted; a new one also from a step's form."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, abort, request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from app import web
from app.db import db
from app.sequences import secrets_in_use, webhook_secrets
from app.sequences.builder.forms import WebhookForm
from app.sequences.page_forms import SecretForm, SecretValueForm
from app.sequences.webhook_secrets import WebhookSecret
from app.web import needs

bp = Blueprint("webhook_secrets", __name__, url_prefix="/settings/webhook-secrets")


@bp.get("")
@needs("sequences.edit")
def index() -> Response:
    return web.page("sequences/secrets.html", **_all())


@bp.get("/new")
@needs("sequences.edit")
def new() -> Response:
    """Asks for one, for the list or (`for=step`) for the form of a step."""
    return web.page("sequences/secret.html", form=SecretForm(), secret=None, is_for_step=_is_for_step())


@bp.post("")
@needs("sequences.edit")
def add() -> Response:
    form = SecretForm(request.form)
    if not form.validate():
        return web.page("sequences/secret.html", status=422, form=form, secret=None, is_for_step=_is_for_step())
    try:
        secret = webhook_secrets.keep(form.name.data or "", form.value.data or "", by=current_user)
    except webhook_secrets.NameTaken as taken:
        form.name.errors = [str(taken)]
        return web.page("sequences/secret.html", status=422, form=form, secret=None, is_for_step=_is_for_step())
    return _kept(secret, _("Secret “%(name)s” kept", name=secret.name))


@bp.get("/<int:secret_id>")
@needs("sequences.edit")
def show(secret_id: int) -> Response:
    return web.page("sequences/secret.html", form=SecretValueForm(), secret=_secret(secret_id), is_for_step=False)


@bp.post("/<int:secret_id>")
@needs("sequences.edit")
def replace(secret_id: int) -> Response:
    """Sign with another value from now on."""
    secret, form = _secret(secret_id), SecretValueForm(request.form)
    if not form.validate():
        return web.page("sequences/secret.html", status=422, form=form, secret=secret, is_for_step=False)
    webhook_secrets.replace(secret, form.value.data or "", by=current_user)
    return _kept(secret, _("“%(name)s” replaced", name=secret.name))


@bp.post("/<int:secret_id>/deletion")
@needs("sequences.edit")
def delete(secret_id: int) -> Response:
    secret = _secret(secret_id)
    secrets_in_use.forget(secret)
    db.session.flush()
    return web.reply(
        "sequences/_secrets.html",
        back=url_for("webhook_secrets.index"),
        toast=_("Secret “%(name)s” deleted", name=secret.name),
        **_all(),
    )


def _kept(secret: WebhookSecret, said: str) -> Response:
    """The list with it, or a step's field that has it chosen."""
    if not _is_for_step():
        return web.go(url_for("webhook_secrets.index"), toast=said)
    form = WebhookForm(data={"signed_with": secret.name})
    form.offer_secrets(secret.name)
    response = web.reply(
        "sequences/build/_signed_with.html",
        back=url_for("webhook_secrets.index"),
        toast=said,
        form=form,
        may_edit=True,
    )
    response.headers["HX-Retarget"] = "#signed-with"
    response.headers["HX-Reswap"] = "outerHTML"
    web.trigger(response, "field-chosen")  # the step's form saves itself, as after any other choice
    return web.trigger(response, "modal-close")


def _is_for_step() -> bool:
    return request.values.get("for") == "step"


def _secret(secret_id: int) -> WebhookSecret:
    return db.session.get(WebhookSecret, secret_id) or abort(404)


def _all() -> dict[str, Any]:
    return {"secrets": webhook_secrets.all_secrets(), "uses": secrets_in_use.uses()}
