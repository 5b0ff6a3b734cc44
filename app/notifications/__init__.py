"""Telling the staff what concerns them: a bell in the product, letters by e-mail."""

from __future__ import annotations

from flask import Flask
from flask_login import current_user

from app import badges
from app.notifications import bell, telling, unwell, views


@badges.badge("notifications")
def new_notifications() -> badges.Count:
    return badges.Count(bell.count_new(current_user), is_urgent=True)


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)


__all__ = ["telling", "unwell"]
