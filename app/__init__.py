"""Encore. `create_app` is the one place that wires the rooms together."""

from __future__ import annotations

from importlib import import_module

from flask import Flask
from jinja2 import StrictUndefined

from app import config, db, frame, i18n, live, logs, sandbox, sandbox_views, web
from app.config import Settings

# Each room registers its own models, rules, triggers, actions, consumers, background work. In the layers' order.
ROOMS = (
    "events",
    "staff",
    "apps",
    "lifecycle",
    "contacts",
    "lifecycle.pages",
    "studio",
    "leads",
    "messaging",
    "phone",
    "tasks",
    "scoring",
    "sequences",
    "segments",
    "notices",
    "notifications",
    "intake",
    "waiver",
    "dashboard",
    "integrations",
    "api",
    "commands",
)


def create_app(settings: Settings | None = None) -> Flask:
    """Build the application. Raises config.BadSettings when the environment cannot be run with."""
    settings = settings or config.from_environment()
    logs.set_up()
    app = Flask(__name__)
    app.config.update(
        SETTINGS=settings,
        SECRET_KEY=settings.encore_secret_key,
        SQLALCHEMY_DATABASE_URI=settings.database,
        SQLALCHEMY_ENGINE_OPTIONS={
            "hide_parameters": True,  # an error of a statement is logged, what it was about is not
            "pool_pre_ping": not settings.database.startswith("sqlite"),
        },
        MAX_CONTENT_LENGTH=web.MAX_UPLOAD_BYTES,
        WTF_CSRF_TIME_LIMIT=None,  # a page left open overnight must still be able to post
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.public_url.startswith("https://"),
        REMEMBER_COOKIE_HTTPONLY=True,
        REMEMBER_COOKIE_SAMESITE="Lax",
        RATELIMIT_STORAGE_URI=settings.rate_limit_storage,
        RATELIMIT_HEADERS_ENABLED=True,  # Retry-After
        API_RATE="1200 per minute",
    )
    app.jinja_env.undefined = StrictUndefined
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    settings.encore_data.mkdir(parents=True, exist_ok=True)

    db.init_app(app)
    i18n.init_app(app)
    web.init_app(app)
    sandbox.init_app(app)
    sandbox_views.init_app(app)
    frame.init_app(app)
    app.register_blueprint(live.bp)
    app.jinja_env.globals["latest_event"] = live.latest_event
    for name in ROOMS:
        room = import_module(f"app.{name}")
        if hasattr(room, "init_app"):
            room.init_app(app)
    return app


__all__ = ["create_app"]
