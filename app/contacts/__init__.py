"""People: one record each, with tags, custom fields, consent and segments."""

from __future__ import annotations

from flask import Flask

from app.contacts import activity, addresses, editing_views, field_views, models, rules, search, tag_views, views


def init_app(app: Flask) -> None:
    for room in (views, tag_views, field_views, activity, search):
        app.register_blueprint(room.bp)
    app.jinja_env.filters["moved"] = field_views.moved
    app.jinja_env.filters["phone"] = addresses.spaced_phone


__all__ = ["editing_views", "models", "rules"]
