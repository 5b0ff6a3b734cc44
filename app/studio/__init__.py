"""What people do at the studio, what it sells, and its rules for cancelling and waiting."""

from __future__ import annotations

from flask import Flask

from app.studio import (
    abandoning,
    appointments,
    checkout_panels,
    checkout_views,
    classes,
    erasing,
    item_views,
    memberships,
    models,
    order_views,
    panels,
    passing,
    referral_views,
    referrals,
    rules,
    sales,
    settings_views,
)


def init_app(app: Flask) -> None:
    app.register_blueprint(settings_views.policy_bp)
    app.register_blueprint(settings_views.waitlist_bp)
    app.register_blueprint(item_views.bp)
    app.register_blueprint(checkout_views.bp)
    app.register_blueprint(referral_views.bp)


__all__ = [
    "abandoning",
    "appointments",
    "checkout_panels",
    "checkout_views",
    "classes",
    "erasing",
    "init_app",
    "item_views",
    "memberships",
    "models",
    "order_views",
    "panels",
    "passing",
    "referrals",
    "rules",
    "sales",
    "settings_views",
]
