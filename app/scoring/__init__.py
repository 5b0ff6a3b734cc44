"""Points for engagement; who is hot."""

from __future__ import annotations

from flask import Flask

from app.scoring import cooling, ledger, models, panels, rules, views


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)


__all__ = ["cooling", "ledger", "models", "panels", "rules"]
