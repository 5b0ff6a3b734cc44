"""Tasks of the staff."""

from __future__ import annotations

from flask import Flask
from flask_login import current_user

from app import badges
from app.tasks import desk, erasing, models, panels, queries, views


@badges.badge("tasks")
def open_tasks() -> badges.Count | None:
    return badges.Count(queries.count_open(current_user)) if current_user.may("tasks.use") else None


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)


__all__ = ["desk", "erasing", "models", "panels", "queries"]
