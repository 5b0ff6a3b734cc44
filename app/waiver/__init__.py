"""The waiver: its text and all its versions, who is asked to sign it, who has signed what (WVR-01 to WVR-06)."""

from __future__ import annotations

from flask import Flask

from app.waiver import asking, erasing, models, panel, public_views, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(views.contact_bp)
    app.register_blueprint(public_views.bp)
    asking.register()


__all__ = ["erasing", "models", "panel"]
