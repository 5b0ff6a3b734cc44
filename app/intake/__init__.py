"""Intake forms: what the studio asks its clients before it works with them, and what they answered (NAV-02, STU-21)."""

from __future__ import annotations

from flask import Flask

from app.intake import erasing, inviting, models, panel, public_views, sending_views, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(sending_views.bp)
    app.register_blueprint(public_views.bp)


__all__ = ["erasing", "inviting", "models", "panel"]
