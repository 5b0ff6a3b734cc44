"""Settings: the studio itself, its locations, and the keys of other systems."""

from __future__ import annotations

from flask import Blueprint, Response, abort, url_for
from flask_babel import gettext as _

from app import web
from app.db import db
from app.staff import accounts, places, studio, tokens
from app.staff.forms import LocationForm, StudioForm, TokenForm
from app.staff.models import ApiToken, Location
from app.staff.places import NameTaken

bp = Blueprint("settings", __name__)


@bp.get("/settings")
@web.needs("settings.see")
def index() -> Response:
    return web.page("settings/index.html")


@bp.get("/settings/general")
@web.needs("settings.see")
def general() -> Response:
    return _general(StudioForm(obj=studio.studio()))


@bp.post("/settings/general")
@web.needs("settings.edit")
def save_general() -> Response:
    form = StudioForm()
    if not form.validate():
        return _general(form, status=422)
    asked = {name: form[name].data for name in ("name", "email", "address", "zone", "currency", "language")}
    studio.put("studio", studio.studio().model_copy(update=asked))
    if not web.wants_partial():
        return web.go(url_for("settings.general"))
    return web.tell(_general(form), _("Saved"))


@bp.get("/settings/locations")
@web.needs("settings.see")
def locations() -> Response:
    return web.page("settings/locations.html", places=accounts.all_locations())


@bp.get("/settings/locations/new")
@web.needs("settings.edit")
def new_location() -> Response:
    return web.page("settings/location.html", form=LocationForm(zone=studio.studio().zone), place=None)


@bp.post("/settings/locations")
@web.needs("settings.edit")
def create_location() -> Response:
    return _save_location(None)


@bp.get("/settings/locations/<int:location_id>")
@web.needs("settings.edit")
def location(location_id: int) -> Response:
    place = _location(location_id)
    return web.page("settings/location.html", form=LocationForm(obj=place), place=place)


@bp.post("/settings/locations/<int:location_id>")
@web.needs("settings.edit")
def change_location(location_id: int) -> Response:
    return _save_location(_location(location_id))


@bp.get("/settings/api", endpoint="tokens")
@web.needs("api.manage")
def tokens_page() -> Response:
    return web.page("settings/tokens.html", tokens=tokens.all_tokens())


@bp.get("/settings/api/new")
@web.needs("api.manage")
def new_token() -> Response:
    return web.page("settings/token.html", form=TokenForm())


@bp.post("/settings/api")
@web.needs("api.manage")
def create_token() -> Response:
    """Make a key. Its text is in this answer and in no other."""
    form = TokenForm()
    if not form.validate():
        return web.page("settings/token.html", status=422, form=form)
    token, plaintext = tokens.create_token(form.name.data or "", form.scopes.data or ())
    return web.page(
        "settings/token_made.html", token=token, plaintext=plaintext, tokens=tokens.all_tokens(), scopes=tokens.SCOPES
    )


@bp.post("/settings/api/<int:token_id>/revocation")
@web.needs("api.manage")
def revoke_token(token_id: int) -> Response:
    token = db.session.get(ApiToken, token_id) or abort(404)
    tokens.revoke_token(token)
    return web.reply(
        "settings/_tokens.html",
        back=url_for("settings.tokens"),
        toast=_("%(name)s is refused from now on", name=token.name),
        tokens=tokens.all_tokens(),
    )


def _general(form: StudioForm, *, status: int = 200) -> Response:
    return web.page("settings/general.html", status=status, form=form)


def _save_location(place: Location | None) -> Response:
    form = LocationForm()
    if not form.validate():
        return web.page("settings/location.html", status=422, form=form, place=place)
    name, zone = form.name.data or "", form.zone.data
    try:
        if place is None:
            places.add_location(name, zone)
        else:
            places.change_location(place, name, zone)
    except NameTaken as taken:
        form.name.errors = [str(taken)]
        return web.page("settings/location.html", status=422, form=form, place=place)
    response = web.reply(
        "settings/_locations.html",
        back=url_for("settings.locations"),
        toast=_("Saved"),
        places=accounts.all_locations(),
    )
    return web.trigger(web.tell(response, _("Saved")), "modal-close")


def _location(location_id: int) -> Location:
    return db.session.get(Location, location_id) or abort(404)
