"""Operations of the API, each declared once: route, scope, shapes in and out, OpenAPI entry.

    @operation("POST", "/contacts", scope="contacts:write", takes=NewContact, gives=ContactOut, status=201)
    def create_contact(body: NewContact) -> Answer: …

The function gets the checked body as `body`, the checked query as `query` and the path's ids by name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import wraps
from typing import Any

from flask import Blueprint, Response, jsonify, request
from pydantic import BaseModel, ValidationError
from werkzeug.exceptions import RequestEntityTooLarge

from app import web
from app.api import access, idempotency
from app.api.problems import Fault, Problem, answer, from_validation

bp = Blueprint("api", __name__, url_prefix="/api/v1")

DEEPEST = 60


@dataclass(frozen=True)
class Answer:
    """What an operation answers: anything JSON can say, or a model."""

    body: Any
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Operation:
    """What there is to know of one operation; `openapi.py` reads it."""

    method: str
    path: str
    name: str
    summary: str
    scope: str | None
    takes: type[BaseModel] | None
    asks: type[BaseModel] | None
    gives: type[BaseModel] | None
    status: int
    is_list: bool
    tag: str
    alone: type[BaseModel] | None = None
    sandbox_only: bool = False
    may_be_empty: bool = False


OPERATIONS: list[Operation] = []


def operation(
    method: str,
    path: str,
    *,
    scope: str | None,
    takes: type[BaseModel] | None = None,
    asks: type[BaseModel] | None = None,
    gives: type[BaseModel] | None = None,
    status: int = 200,
    is_list: bool = False,
    alone: type[BaseModel] | None = None,
    sandbox_only: bool = False,
    may_be_empty: bool = False,
) -> Callable[[Callable[..., Answer]], Callable[..., Response]]:
    """Declare an operation. `path` names ids as `<id:contact_id>`; `is_list` wraps `gives` in items and next_cursor.

    `alone` is the shape of a body that is a single item rather than the list in `takes`' only field. Where the body
    `may_be_empty`, nothing in `takes` has to be said.
    """

    def declare(function: Callable[..., Answer]) -> Callable[..., Response]:
        summary = (function.__doc__ or function.__name__).strip().splitlines()[0]
        tag = path.strip("/").split("/")[0]
        OPERATIONS.append(
            Operation(
                method,
                path,
                function.__name__,
                summary,
                scope,
                takes,
                asks,
                gives,
                status,
                is_list,
                tag,
                alone,
                sandbox_only,
                may_be_empty,
            )
        )

        @wraps(function)
        def view(**ids: int) -> Response:
            access.check(scope)
            given: dict[str, Any] = dict(ids)
            if asks is not None:
                given["query"] = _query(asks)
            if takes is not None:
                given["body"] = _body(takes, alone, may_be_empty=may_be_empty)
            if method == "POST":
                return idempotency.once(lambda: _response(function(**given)))
            return _response(function(**given))

        view.__name__ = function.__name__
        guarded = web.public(view)  # the token is checked above; a cookie says nothing here
        bp.add_url_rule(path.replace("<id:", "<int:"), function.__name__, guarded, methods=[method])
        return guarded

    return declare


def _response(given: Answer) -> Response:
    body = given.body.model_dump(mode="json") if isinstance(given.body, BaseModel) else given.body
    response = jsonify(body)
    response.status_code = given.status
    response.headers.update(given.headers)
    return response


def _body(shape: type[BaseModel], alone: type[BaseModel] | None, *, may_be_empty: bool) -> BaseModel:
    if may_be_empty and not request.get_data(cache=True):
        return shape()
    said = _json()
    if alone is not None and not (isinstance(said, dict) and said.keys() & shape.model_fields.keys()):
        shape = alone
    return _checked(shape, said)


def _json() -> Any:
    try:
        raw = request.get_data(cache=True)
    except RequestEntityTooLarge:
        raise Problem(413, "The body is larger than 5 MB.") from None
    try:
        said = json.loads(raw.decode("utf-8"), parse_constant=_no_constant)
    except UnicodeDecodeError:
        raise Problem(400, "The body is not UTF-8.") from None
    except RecursionError:
        raise Problem(400, "The body is nested too deeply.") from None
    except ValueError as error:
        raise Problem(400, f"The body is not JSON: {error}") from None
    faults = list(_unstorable(said))
    if faults:
        raise Problem(422, "The request has something that cannot be taken.", faults)
    return said


def _query(shape: type[BaseModel]) -> BaseModel:
    given: dict[str, Any] = {}
    for name, values in request.args.lists():
        given[name] = values[-1]
        if any(bad in values[-1] for bad in ("\x00", "\ufffd")):
            raise Problem(422, "The query has something that cannot be taken.", [Fault(f"/query/{name}", "not text")])
    return _checked(shape, given, prefix="/query")


def _checked(shape: type[BaseModel], said: Any, prefix: str = "") -> BaseModel:
    try:
        return shape.model_validate(said)
    except ValidationError as error:
        raise from_validation(error, prefix) from None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _unstorable(said: Any, pointer: str = "", depth: int = 0) -> Iterator[Fault]:
    """Text that no database can hold (NUL, half a surrogate pair), numbers beyond 64 bits, nesting beyond sense."""
    if depth > DEEPEST:
        yield Fault(pointer[:200], "nested too deeply")
    elif isinstance(said, str):
        if "\x00" in said:
            yield Fault(pointer, "holds a NUL character")
        elif any("\ud800" <= char <= "\udfff" for char in said):
            yield Fault(pointer, "holds half a surrogate pair, which is not text")
    elif isinstance(said, int) and not isinstance(said, bool) and not -(2**63) <= said < 2**63:
        yield Fault(pointer, "is beyond 64 bits")
    elif isinstance(said, dict):
        for key, value in said.items():
            yield from _unstorable(key, f"{pointer}/{key}"[:200].replace("\x00", "?"), depth + 1)
            yield from _unstorable(value, f"{pointer}/{key}"[:200], depth + 1)
    elif isinstance(said, list):
        for index, value in enumerate(said):
            yield from _unstorable(value, f"{pointer}/{index}", depth + 1)


@bp.errorhandler(Problem)
def _problem(problem: Problem) -> Response:
    return answer(problem)


@bp.errorhandler(web.Refusal)
def _refusal(refusal: web.Refusal) -> Response:
    return answer(Problem(refusal.status, str(refusal)))
