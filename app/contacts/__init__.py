"""People: one record each, with tags, custom fields, consent and segments."""

from __future__ import annotations

from flask import Flask

from app.contacts import models, rules, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)


__all__ = ["models", "rules"]
