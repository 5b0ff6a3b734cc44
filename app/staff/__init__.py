"""Accounts, roles and permissions, sign-in, and the studio's own settings."""

from __future__ import annotations

from flask import Flask

from app.staff import account_views, auth, settings_views, views


def init_app(app: Flask) -> None:
    auth.login_manager.init_app(app)
    for room in (auth, account_views, settings_views, views):
        app.register_blueprint(room.bp)
