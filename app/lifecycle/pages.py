"""The lifecycle's pages. They stand apart from the package: contacts need its stages, its pages need contacts."""

from __future__ import annotations

from flask import Flask

from app.lifecycle import setup_views, views

__all__ = ["setup_views"]


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
