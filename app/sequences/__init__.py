"""Sequences: documents, engine, builder."""

from __future__ import annotations

from collections.abc import Sequence

from flask import Flask

from app import scans, work
from app.events import Event, queue
from app.messaging import delivery
from app.sequences import (
    actions,
    alarms,
    attribution,
    backtest_counts,
    backtest_views,
    books,
    due_views,
    engine,
    exchange_views,
    folder_views,
    history_views,
    holding,
    imports,
    library_views,
    models,
    panel,
    people_views,
    publishing_views,
    results_views,
    safety_views,
    secret_views,
    triggers,
    views,
    watching,
    webhooks,
)
from app.sequences.builder import check_views, message_views, rehearsal_views, run_views
from app.sequences.builder import views as builder_views
from app.sequences.engine import fuse
from app.staff import studio


@queue.consumer("sequences")
@studio.read_once()
def consume(batch: Sequence[Event]) -> None:
    """Let people out first, then in: who has just bought is not written to for having asked. Then follow dates, let
    those go on who waited for what has happened, and note which step a sale or a booking is owed to.
    """
    engine.leave(batch)
    engine.enrol(batch)
    engine.follow(batch)
    engine.wake_up(batch)
    attribution.attribute(batch)


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.register_blueprint(builder_views.bp)
    app.register_blueprint(message_views.bp)
    app.register_blueprint(run_views.bp)
    app.register_blueprint(backtest_views.bp)
    app.register_blueprint(secret_views.bp)
    app.register_blueprint(check_views.bp)
    app.register_blueprint(rehearsal_views.bp)
    work.register(work.Work(actor="advance_enrolments", claim=engine.advance, next_due=engine.next_due))
    delivery.register_source("sequence", engine.prepare)
    webhooks.register()
    backtest_counts.register()
    scans.register(scans.Scan("books of the sequences", look=books.audit, next_at=lambda: None))
    scans.register(scans.Scan("what may be said again", look=fuse.forget, next_at=lambda: None))


__all__ = [
    "actions",
    "alarms",
    "due_views",
    "exchange_views",
    "folder_views",
    "history_views",
    "holding",
    "imports",
    "library_views",
    "models",
    "panel",
    "people_views",
    "publishing_views",
    "results_views",
    "safety_views",
    "triggers",
    "watching",
]
