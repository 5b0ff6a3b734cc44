"""The public HTTP API: `/api/v1`, JSON in and out, described by its own OpenAPI page."""

from __future__ import annotations

from flask import Flask, Response, request
from werkzeug.exceptions import HTTPException

from app import web
from app.api import (  # noqa: F401 - each declares its operations
    access,
    contacts,
    event_intake,
    leads,
    lists,
    messages,
    openapi,
    operations,
    sandbox,
    segments,
    sequence_revisions,
    sequences,
    tasks,
    templates,
)
from app.api.problems import Problem, answer

PREFIX = "/api/"


def init_app(app: Flask) -> None:
    web.csrf.exempt(operations.bp)
    web.limiter.limit(access.rate, key_func=access.rate_key)(operations.bp)
    app.register_blueprint(operations.bp)
    web.answer_errors_below(PREFIX, _error)


def _error(error: HTTPException) -> Response:
    """What went wrong before an operation was reached: no such address, wrong method, too many requests."""
    said = {404: "There is nothing at this address.", 405: f"This address does not take {request.method}."}
    headers = {
        name: value for name, value in error.get_headers(request.environ) if name.lower() in {"allow", "retry-after"}
    }
    code = error.code or 500
    return answer(Problem(code, said.get(code, error.description or "The request failed."), headers=headers))
