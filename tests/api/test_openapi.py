"""The description of the API is whole, and true."""

from __future__ import annotations

from flask import Flask

from app.demo import make
from app.staff import tokens
from tests.api.conftest import Api
from tests.harness.client import Client


def test_every_route_is_described_and_every_scope_exists(app: Flask, client: Client) -> None:
    document = client.get("/api/v1/openapi.json").get_json()
    described = {(method.upper(), path) for path, operations in document["paths"].items() for method in operations}
    routed = {
        (method, _as_path(rule.rule))
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == routed
    for operations in document["paths"].values():
        for operation in operations.values():
            if operation.get("security") != []:
                assert operation["description"].split("`")[1] in tokens.SCOPES


def test_every_reference_leads_somewhere(client: Client) -> None:
    document = client.get("/api/v1/openapi.json").get_json()

    def references(part: object) -> list[str]:
        if isinstance(part, dict):
            own = [part["$ref"]] if isinstance(part.get("$ref"), str) else []
            return own + [one for value in part.values() for one in references(value)]
        if isinstance(part, list):
            return [one for value in part for one in references(value)]
        return []

    known = {f"#/components/schemas/{name}" for name in document["components"]["schemas"]}
    assert set(references(document)) <= known


def test_what_a_contact_looks_like_is_what_is_said(client: Client, api: Api) -> None:
    make.contact(tags=["VIP"])
    document = client.get("/api/v1/openapi.json").get_json()

    (shown,) = api.get("/contacts").get_json()["items"]

    assert set(shown) == set(document["components"]["schemas"]["ContactOut"]["properties"])


def _as_path(rule: str) -> str:
    path = rule.removeprefix("/api/v1")
    while "<" in path:
        before, _, rest = path.partition("<")
        name, _, after = rest.partition(">")
        path = f"{before}{{{name.split(':')[-1]}}}{after}"
    return path
