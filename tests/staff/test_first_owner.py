"""How a new installation gets its first account."""

from __future__ import annotations

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.staff.models import Staff
from tests.harness.client import Client

CHOSEN = {"password": "a long enough password", "again": "a long enough password"}


def invite(app: Flask, email: str, *more: str) -> str:
    """What the command prints."""
    result = app.test_cli_runner().invoke(args=["owner", "invite", email, *more])
    assert result.exit_code == 0, result.output
    return result.output


def path_in(printed: str) -> str:
    return "/invitation/" + printed.strip().rsplit("/invitation/", 1)[1]


def test_the_sign_in_page_says_how_the_first_account_is_made(client: Client) -> None:
    assert "owner invite" in client.get("/sign-in").text
    make.staff()
    db.session.commit()
    assert "owner invite" not in client.get("/sign-in").text


@pytest.mark.req("ROLE-01")
def test_the_link_that_is_printed_leads_in(app: Flask, client: Client) -> None:
    path = path_in(invite(app, "ines@maison-souffle.example", "--name", "Inès Garnier"))
    assert client.get(path).status_code == 200
    fields = dict.fromkeys(("password", "repeated", "again", "confirm"), CHOSEN["password"])
    assert client.post(path, data=fields).status_code == 303

    assert client.get("/settings/staff").status_code == 200
    made = db.session.scalars(select(Staff)).one()
    assert (made.name, made.role.key) == ("Inès Garnier", "owner")


def test_whoever_has_the_address_becomes_an_owner_again(app: Flask) -> None:
    ines = make.staff("Inès Garnier", "teacher", email="ines@maison-souffle.example")
    ines.is_active_account = False
    db.session.commit()
    invite(app, "INES@maison-souffle.example")

    db.session.expire_all()
    again = db.session.scalars(select(Staff)).one()
    assert (again.name, again.role.key, again.is_active_account) == ("Inès Garnier", "owner", True)


def test_what_is_no_address_is_refused(app: Flask) -> None:
    result = app.test_cli_runner().invoke(args=["owner", "invite", "ines@"])
    assert result.exit_code == 1
    assert "no e-mail address" in result.output
    assert db.session.scalar(select(Staff.id)) is None
