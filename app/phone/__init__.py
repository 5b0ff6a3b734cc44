"""The studio's phone number: where calls to it go, and what became of them."""

from __future__ import annotations

from flask import Flask

from app.phone import views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
