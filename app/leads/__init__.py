"""Leads: sources, stages, forms, assignment, the board."""

from __future__ import annotations

from flask import Flask

from app.leads import (
    erasing,
    form_views,
    importing,
    panels,
    public_views,
    record_views,
    rules,
    selection_views,
    setup_views,
    views,
)


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(form_views.bp)


__all__ = [
    "erasing",
    "form_views",
    "importing",
    "init_app",
    "panels",
    "public_views",
    "record_views",
    "rules",
    "selection_views",
    "setup_views",
    "views",
]
