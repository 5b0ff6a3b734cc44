"""Messages in and out, conversations, delivery, tracking, unsubscribing."""

from __future__ import annotations

from flask import Flask

from app import scans
from app.messaging import (
    conversations,
    delivery,
    erasing,
    groups_queue,
    groups_views,
    inbox_views,
    log_views,
    models,
    panel,
    rules,
    tracking,
    tracking_views,
    unsubscribe_views,
)
from app.scans import Scan


def init_app(app: Flask) -> None:
    app.register_blueprint(groups_views.bp)
    app.register_blueprint(inbox_views.bp)
    app.register_blueprint(log_views.bp)
    app.register_blueprint(tracking_views.bp)
    app.register_blueprint(unsubscribe_views.bp)
    delivery.register()
    groups_queue.register()
    scans.register(Scan("snoozes", conversations.end_snoozes, conversations.next_snooze_end))
    panel.hang()
    scans.register(Scan("opens and clicks", tracking.judge, tracking.next_judgement))


__all__ = ["erasing", "models", "rules"]
