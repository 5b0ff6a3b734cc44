"""Every route, tried as every role and as nobody (ROLE-03)."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.routing import AnyConverter, BaseConverter, IntegerConverter, Rule

from app import web
from app.demo import make
from app.staff import permissions
from tests.harness.client import Client

ROLES = [key for key, _name, _allowed in permissions.BUILT_IN]

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}  # a refusal is one line then, not a page

# What these say for themselves: tokens, signatures and signed links stand for a person (each room tests its own).
ANSWERED_BY_KEY = ("/api/", "/metrics")


def routes(app: Flask) -> Iterator[tuple[Rule, str]]:
    """Every route with each of its methods that does something."""
    for rule in app.url_map.iter_rules():
        for method in sorted((rule.methods or set()) & {"GET", "POST", "PUT", "PATCH", "DELETE"}):
            yield rule, method


def address(rule: Rule) -> str:
    """The route's address, about something that does not exist: who may is decided before what there is."""
    values: dict[str, object] = {}
    for name in rule.arguments:
        values[name] = _about_nothing(rule._converters[name])
    built = rule.build(values, append_unknown=False)
    assert built is not None
    return built[1]


def _about_nothing(converter: BaseConverter) -> object:
    if isinstance(converter, AnyConverter):
        return min(converter.items)
    return 987_654_321 if isinstance(converter, IntegerConverter) else "nothing-of-that-name"


def for_the_staff(app: Flask) -> list[tuple[Rule, str]]:
    """The routes that ask for somebody of the staff."""
    return [
        (rule, method)
        for rule, method in routes(app)
        if web.permission_of(rule.endpoint) != "public" and not rule.rule.startswith(ANSWERED_BY_KEY)
    ]


def test_every_route_says_who_may(app: Flask) -> None:
    known = {*permissions.PERMISSIONS, "public", "signed-in"}

    silent = {rule.rule for rule, _ in routes(app) if web.permission_of(rule.endpoint) not in known}

    assert silent == set()


@pytest.mark.req("ROLE-03")
def test_nobody_gets_in_without_signing_in(app: Flask, client: Client) -> None:
    let_in = []
    for rule, method in for_the_staff(app):
        response = client.open(address(rule), method=method)
        if response.status_code != 303 or not response.headers["Location"].startswith("/sign-in"):
            let_in.append(f"{method} {rule.rule} answered {response.status_code}")

    assert let_in == []


@pytest.mark.req("ROLE-03")
@pytest.mark.parametrize("key", ROLES)
def test_a_role_is_refused_what_it_may_not_do_and_nothing_else(app: Flask, client: Client, key: str) -> None:
    person = make.staff("Somebody", key)
    client.sign_in(person)
    wrong = []
    for rule, method in for_the_staff(app):
        wanted = web.permission_of(rule.endpoint) or ""
        if rule.endpoint in {"auth.sign_out", "live.stream"}:
            continue
        may = wanted == "signed-in" or person.may(wanted)
        refused = client.open(address(rule), method=method, headers=PARTIAL).status_code == 403
        if may == refused:
            wrong.append(f"{method} {rule.rule} needs {wanted}, and {key} was {'refused' if refused else 'let in'}")

    assert wrong == []


@pytest.mark.req("ROLE-03")
def test_the_front_desk_is_refused_the_settings_and_can_complete_tasks(client: Client) -> None:
    lea = make.staff("Léa Fontaine", "front_desk")
    task = make.task("Call Camille", role=lea.role)
    client.sign_in(lea)

    assert client.get("/settings").status_code == 403
    assert client.post(f"/tasks/{task.id}/completion").status_code == 303
    assert task.completed_by == lea


@pytest.mark.req("ROLE-04")
def test_only_owners_and_managers_see_the_figures_by_stage(client: Client) -> None:
    for key, status in [("owner", 200), ("manager", 200), ("front_desk", 403), ("agent", 403), ("teacher", 403)]:
        client.sign_in(make.staff("Somebody", key))
        assert client.get("/dashboard/lifecycle").status_code == status, key

    client.sign_in(make.staff("Léa", "front_desk"))
    assert "lifecycle-cards" not in client.get("/").text


@pytest.mark.req("ROLE-05", "ROLE-06")
def test_somebody_held_to_one_location_finds_nobody_of_another(client: Client) -> None:
    lyon, paris = make.location("Lyon"), make.location("Paris")
    here, there = make.hot_contact("Ana Bell", location=lyon), make.hot_contact("Bea Cole", location=paris)
    elsewhere = make.task("About Bea", contact=there)
    lea, ines = make.staff("Léa", only_location=lyon), make.staff("Inès", "owner")
    client.sign_in(lea)

    assert client.get(f"/contacts/{here.id}/score").status_code == 200
    for path in (f"/contacts/{there.id}/score", f"/contacts/{there.id}/tasks", f"/tasks/{elsewhere.id}"):
        assert client.get(path).status_code == 404, path
    assert client.post(f"/contacts/{there.id}/cooling").status_code == 404
    assert client.post(f"/tasks/{elsewhere.id}/completion").status_code == 404
    assert "Bea" not in client.get("/").text
    assert "Bea" not in client.get("/tasks/people?about=be").text
    assert client.post(f"/settings/staff/{lea.id}/prefilter/removal").status_code == 403

    client.sign_in(ines)
    assert client.post(f"/settings/staff/{lea.id}/prefilter/removal").status_code == 303
    client.sign_in(lea)
    assert client.get(f"/contacts/{there.id}/score").status_code == 200


def test_a_number_that_no_record_can_have_is_not_found(app: Flask, client: Client) -> None:
    client.sign_in(make.staff(role_key="owner"))
    about_one = [(rule, method) for rule, method in for_the_staff(app) if "<int:" in rule.rule]

    answers = {
        client.open(re.sub(r"\d{9,}", "9" * 30, address(rule)), method=method).status_code for rule, method in about_one
    }

    assert answers <= {404, 405}  # another route may have the address, for another method
