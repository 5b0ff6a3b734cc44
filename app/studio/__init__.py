"""What people do at the studio: bookings, visits, memberships, purchases; and its rules for cancelling and waiting."""

from __future__ import annotations

from flask import Flask

from app.studio import appointments, classes, erasing, models, panels, rules, sales, settings_views


def init_app(app: Flask) -> None:
    app.register_blueprint(settings_views.policy_bp)
    app.register_blueprint(settings_views.waitlist_bp)


__all__ = ["appointments", "classes", "erasing", "models", "panels", "rules", "sales"]
