"""A small house to try the frame in: the real application, plus a page of every macro that is never shipped."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from flask import Blueprint, Flask, Response, request
from flask_login import login_user
from flask_wtf import FlaskForm
from jinja2 import ChoiceLoader, FileSystemLoader
from wtforms import (
    BooleanField,
    DateField,
    EmailField,
    SelectField,
    SelectMultipleField,
    StringField,
    TelField,
    TextAreaField,
)
from wtforms.fields.choices import SelectChoice  # type: ignore[attr-defined]
from wtforms.validators import Email, InputRequired, Length

from app import clock, create_app, founding, navigation, web
from app.config import Settings
from app.db import db
from app.demo import make
from app.staff import studio
from app.staff.models import Staff

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


SOURCES = [SelectChoice("web", "Web form"), SelectChoice("walk", "Walk-in")]
WISHES = [SelectChoice("gentle", "🌿 Gentle"), SelectChoice("dynamic", "🔥 Dynamic")]


class SampleForm(FlaskForm):  # type: ignore[misc]
    first_name = StringField("First name", [InputRequired("Type a first name.")])
    email = EmailField("E-mail", [InputRequired(), Email("This address looks incomplete. Check the part after the @.")])
    phone = TelField("Phone")
    born_on = DateField("Birthday", [])
    source = SelectField("Source", choices=SOURCES)
    wishes = SelectMultipleField("What would you like?", choices=WISHES)
    note = TextAreaField("Note", [Length(max=200)])
    news = BooleanField("Send me offers by e-mail.")


def styled_app(data: Path | str) -> Flask:
    """The application on a fresh SQLite file, with the style page and, for the menu, a plain page at every endpoint."""
    settings = Settings.model_validate({"encore_data": data, "encore_demo": True, "encore_sandbox": True})
    app = create_app(settings)
    clock.shift_by(None)  # the tests after these ask their own database for the time, or nobody
    app.jinja_loader = ChoiceLoader(
        [FileSystemLoader(ROOT / "app" / "templates"), FileSystemLoader(HERE / "templates")]
    )
    _add_plain_pages(app)
    app.register_blueprint(_style_pages())
    with app.app_context():
        db.create_all()
        if not db.session.query(Staff).count():
            founding.lay()
            address = "12 rue des Tables-Claudiennes, 69001 Lyon"
            studio.put("studio", studio.Studio(name="Maison Souffle", address=address))
            make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example")
            db.session.commit()
    return app


def _add_plain_pages(app: Flask) -> None:
    """A page for each entry of the menu that no room has built yet, so that the whole menu is drawn."""

    @web.signed_in
    def plain(**_given: str) -> Response:
        return web.page("style/plain.html", title=(request.endpoint or "").replace("_", " ").replace(".", " › "))

    for endpoint in sorted(navigation.ENDPOINTS - set(app.view_functions)):
        app.add_url_rule(f"/{endpoint.replace('.', '/')}", endpoint, plain)


def _style_pages() -> Blueprint:
    bp = Blueprint("style", __name__, url_prefix="/style")

    @bp.get("/")
    @web.signed_in
    def index() -> Response:
        return web.page("style/index.html", form=_wrong_form(), now=clock.now(), timedelta=timedelta)

    @bp.get("/rows")
    @web.signed_in
    def rows() -> Response:
        return web.page("style/rows.html", now=clock.now(), timedelta=timedelta)

    @bp.get("/dialog")
    @web.signed_in
    def dialog() -> Response:
        return web.page("style/dialog.html", form=_wrong_form("lead-"))

    @bp.post("/said")
    @web.signed_in
    def said() -> Response:
        return web.tell(Response(""), "Lead closed", undo="/style/said")

    @bp.get("/door/<theme>")
    @web.public
    @web.writes
    def door(theme: str) -> Response:
        owner = db.session.query(Staff).first()
        assert owner is not None
        owner.theme = theme
        login_user(owner)
        return web.go(request.args.get("next", "/style/"))

    @bp.get("/public/<page>")
    @web.public
    def public(page: str) -> Response:
        form = _wrong_form() if request.args.get("wrong") else SampleForm(meta={"csrf": False})
        return web.page(
            f"public/{page}.html",
            form=form,
            post_url="/style/said",
            all_url="/style/said",
            undo_url="/style/said",
            reason_url="/style/said",
            preferences_url="/style/said",
            channel="email",
            kind="marketing",
            masked_address="camille.m•••@posteo.net",
            reasons=[("much", "Too many messages"), ("other", "Something else")],
            preferences=[{"key": "news", "label": "News", "hint": "Once a month", "is_on": True}],
            headline="Your first class is on us.",
            introduction="Small groups, kind teachers, warm floors.",
            eyebrow="Croix-Rousse and Confluence, Lyon",
            form_title="Book a first class",
            button="Find my class",
            is_embedded=bool(request.args.get("embedded")),
            privacy_url=None,
            title="Thank you, Hannah.",
            text="We will write to you today.",
            tone="ok",
            action=None,
        )

    return bp


def _wrong_form(prefix: str = "") -> SampleForm:
    form = SampleForm(
        prefix=prefix, meta={"csrf": False}, data={"first_name": "", "email": "hannah@whitmore", "source": "web"}
    )
    form.first_name.errors = ["Type a first name."]
    form.email.errors = ["This address looks incomplete. Check the part after the @."]
    return form
