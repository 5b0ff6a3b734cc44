"""What can be switched on and off: the marketing suite, the plan, integrations with other systems."""

from __future__ import annotations

from flask import Flask

from app.apps import hold, integration_views, plan_views, store_views


def init_app(app: Flask) -> None:
    for room in (store_views, integration_views, plan_views):
        app.register_blueprint(room.bp)
    hold.init_app(app)
