"""Accounts, roles and permissions, sign-in, notifications, and the studio's own settings."""

from __future__ import annotations

from flask import Flask

from app.staff import auth


def init_app(app: Flask) -> None:
    auth.login_manager.init_app(app)
    app.register_blueprint(auth.bp)
