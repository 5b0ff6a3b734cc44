"""The pages of segments: criteria beside a list, saving them under a name, and what stands above the list."""

from __future__ import annotations

from flask import Flask

from app.segments import views
from app.sequences.builder import rule_words


def init_app(app: Flask) -> None:
    app.register_blueprint(views.bp)
    app.jinja_env.filters["rule_words"] = rule_words.rule
