"""The OpenAPI description, made from the declared operations: it cannot fall behind them."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any

from flask import current_app
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema

from app.api.operations import OPERATIONS, Answer, Operation, operation
from app.api.shapes import Found
from app.staff import tokens

_REF = "#/components/schemas/{model}"

PROBLEM = {
    "type": "object",
    "required": ["type", "title", "status", "detail"],
    "properties": {
        "type": {"type": "string"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": {"type": "string"}, "detail": {"type": "string"}},
            },
        },
    },
}

PROBLEMS = {
    400: "The body is not JSON, or a header is malformed.",
    401: "No token, or not a valid one.",
    403: "The token lacks the scope.",
    404: "There is no such thing.",
    409: "It stands in the way of what is there.",
    413: "The body is too large.",
    415: "The body is not JSON.",
    422: "Something in the request cannot be taken; `errors` says what, by JSON pointer.",
    429: "Too many requests; `Retry-After` says when to come back.",
}


@operation("GET", "/openapi.json", scope=None, gives=Found)
def describe() -> Answer:
    """This description."""
    return Answer(document())


def document() -> dict[str, Any]:
    """The whole description, as OpenAPI 3.1."""
    shapes = {shape for one in OPERATIONS for shape in (one.takes, one.alone, one.gives) if shape is not None}
    ordered = sorted(shapes, key=lambda shape: shape.__name__)
    _, schemas = models_json_schema([(shape, "validation") for shape in ordered], ref_template=_REF)
    paths: dict[str, dict[str, Any]] = {}
    for one in OPERATIONS:
        paths.setdefault(_path(one.path), {})[one.method.lower()] = _described(one)
    return {
        "openapi": "3.1.0",
        "info": {"title": "Encore", "version": "1", "description": "The contract outside systems rely on."},
        "servers": [{"url": f"{current_app.config['SETTINGS'].public_url}/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": {**schemas.get("$defs", {}), "Problem": PROBLEM},
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
    }


def _path(path: str) -> str:
    return re.sub(r"<id:(\w+)>", r"{\1}", path)


def _described(one: Operation) -> dict[str, Any]:
    described: dict[str, Any] = {
        "operationId": one.name,
        "summary": one.summary,
        "tags": [one.tag],
        "parameters": _parameters(one),
        "responses": {str(one.status): _success(one)} | _problems(),
    }
    if one.method == "POST" and one.status == HTTPStatus.CREATED:
        described["responses"]["200"] = _success(one)
    if one.scope is None:
        described["security"] = []
    else:
        described["description"] = f"Scope: `{one.scope}` ({tokens.SCOPES[one.scope]})."
    if one.takes is not None:
        shapes = [_of(shape) for shape in (one.takes, one.alone) if shape is not None]
        schema = shapes[0] if len(shapes) == 1 else {"oneOf": shapes}
        content = {"application/json": {"schema": schema}}
        described["requestBody"] = {"required": not one.may_be_empty, "content": content}
    return described


def _parameters(one: Operation) -> list[dict[str, Any]]:
    ids = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "integer", "minimum": 0, "maximum": 2**63 - 1},
        }
        for name in re.findall(r"<id:(\w+)>", one.path)
    ]
    asked = one.asks.model_json_schema() if one.asks is not None else {"properties": {}}
    queries = [
        {"name": name, "in": "query", "required": name in asked.get("required", []), "schema": schema}
        for name, schema in asked["properties"].items()
    ]
    key: dict[str, Any] = {
        "name": "Idempotency-Key",
        "in": "header",
        "required": False,
        "schema": {"type": "string", "maxLength": 200},
    }
    return [*ids, *queries, *([key] if one.method == "POST" else [])]


def _success(one: Operation) -> dict[str, Any]:
    schema: dict[str, Any] = _of(one.gives) if one.gives is not None else {"type": "object"}
    if one.is_list:
        schema = {
            "type": "object",
            "required": ["items", "next_cursor"],
            "properties": {"items": {"type": "array", "items": schema}, "next_cursor": {"type": ["string", "null"]}},
        }
    return {"description": one.summary, "content": {"application/json": {"schema": schema}}}


def _problems() -> dict[str, Any]:
    content = {"application/problem+json": {"schema": {"$ref": _REF.format(model="Problem")}}}
    return {str(status): {"description": said, "content": content} for status, said in PROBLEMS.items()}


def _of(shape: type[BaseModel]) -> dict[str, Any]:
    return {"$ref": _REF.format(model=shape.__name__)}
