"""The dashboard, and how the installation is."""

from __future__ import annotations

from flask import Flask

from app.dashboard import health, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(health.bp)
