"""Refusals of the API, as `application/problem+json` (RFC 9457)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify
from pydantic import ValidationError

TYPE = "application/problem+json"


@dataclass(frozen=True)
class Fault:
    """One thing wrong with a body or a query: where (a JSON pointer), and what."""

    pointer: str
    detail: str


class Problem(Exception):
    """The request cannot be served. Rendered as it stands; the transaction rolls back."""

    def __init__(
        self, status: int, detail: str, faults: Iterable[Fault] = (), headers: dict[str, str] | None = None, **more: Any
    ) -> None:  # fmt: skip
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.faults = list(faults)
        self.headers = headers or {}
        self.more = more


def refused(pointer: str, detail: str) -> Problem:
    """A body refused for one thing."""
    return Problem(422, "The request has something that cannot be taken.", [Fault(pointer, detail)])


def not_found(what: str) -> Problem:
    return Problem(404, f"There is no such {what}.")


def from_validation(error: ValidationError, prefix: str = "") -> Problem:
    """What pydantic found wrong, by pointer."""
    faults = [
        Fault(prefix + "".join(f"/{_escaped(part)}" for part in one["loc"]), _said(one["msg"]))
        for one in error.errors()
    ]
    return Problem(422, "The request has something that cannot be taken.", faults)


def answer(problem: Problem) -> Response:
    """The response of a problem."""
    body: dict[str, Any] = {
        "type": "about:blank",
        "title": HTTPStatus(problem.status).phrase,
        "status": problem.status,
        "detail": problem.detail,
        **problem.more,
    }
    if problem.faults:
        body["errors"] = [{"pointer": fault.pointer, "detail": fault.detail} for fault in problem.faults]
    response = jsonify(body)
    response.status_code = problem.status
    response.content_type = TYPE
    response.headers.update(problem.headers)
    return response


def _said(message: str) -> str:
    return message.removeprefix("Value error, ")


def _escaped(part: int | str) -> str:
    return str(part).replace("~", "~0").replace("/", "~1")
