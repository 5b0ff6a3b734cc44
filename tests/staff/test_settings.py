"""Settings: accounts, roles, the studio, its locations, tokens, one's own preferences."""

from __future__ import annotations

import re
import threading

import pytest
from flask import Flask
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.staff import accounts, studio, tokens
from app.staff.models import ApiToken, Location, Role, Staff
from tests.harness.client import Client

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ines(client: Client) -> Staff:
    made = make.staff("Inès Garnier", "owner")
    client.sign_in(made)
    return made


def account(staff: Staff, **changes: object) -> dict[str, object]:
    """What the form about an account sends, with something changed."""
    return {
        "name": staff.name,
        "email": staff.email,
        "role_id": staff.role_id,
        "location_ids": [one.id for one in staff.locations],
        "only_location_id": staff.only_location_id or 0,
    } | changes


@pytest.mark.req("ROLE-01")
def test_another_role_applies_at_the_persons_next_request(client: Client, ines: Staff) -> None:
    tom = make.staff("Tom Wright", "teacher")
    theirs = client.application.test_client()
    assert isinstance(theirs, Client)
    theirs.sign_in(tom)
    assert theirs.get("/settings").status_code == 403

    response = client.post(f"/settings/staff/{tom.id}", data=account(tom, role_id=make.role("manager").id))

    assert response.status_code == 303
    assert theirs.get("/settings").status_code == 200


@pytest.mark.req("ROLE-01", "ROLE-05", "ROLE-06", "ROLE-07")
def test_locations_and_the_prefilter_are_set_in_the_persons_menu_and_the_prefilter_removed_there(
    client: Client, ines: Staff
) -> None:
    lyon, tom = make.location("Lyon"), make.staff("Tom Wright")

    client.post(f"/settings/staff/{tom.id}", data=account(tom, location_ids=[lyon.id], only_location_id=lyon.id))
    assert (tom.locations, tom.only_location) == ([lyon], lyon)
    assert "Remove pre-filter" in client.get("/settings/staff").text

    client.post(f"/settings/staff/{tom.id}/prefilter/removal", headers=PARTIAL)
    assert (tom.locations, tom.only_location) == ([lyon], None)
    assert "Remove pre-filter" not in client.get("/settings/staff").text


def test_a_new_account_gets_a_link_with_which_a_password_is_chosen(client: Client, ines: Staff) -> None:
    asked = {"name": "Zoé Petit", "email": "zoe@maison-souffle.example", "role_id": make.role("teacher").id}
    asked["only_location_id"] = 0

    answer = client.post("/settings/staff", data=asked, headers=PARTIAL)

    link = re.search(r'value="http://localhost(/invitation/[^"]+)"', answer.text)
    assert link is not None
    client.sign_out()
    assert client.get(link[1]).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"name": "  "}, "Type a name."),
        ({"email": "zoe@"}, "This address looks incomplete."),
        ({"email": "INES@maison-souffle.example"}, "Somebody has this address already."),
        ({"role_id": 999}, "Not a valid choice."),
    ],
)
def test_what_is_wrong_with_an_account_is_said_by_the_field(
    client: Client, app: Flask, wrong: dict[str, object], said: str
) -> None:
    client.sign_in(make.staff("Inès Garnier", "owner", email="ines@maison-souffle.example"))
    asked = {"name": "Zoé", "email": "zoe@x.example", "role_id": make.role("teacher").id, "only_location_id": 0}

    response = client.post("/settings/staff", data=asked | wrong, headers=PARTIAL)

    assert response.status_code == 422
    assert said in response.text
    assert db.session.scalar(select(Staff.id).where(Staff.name == "Zoé")) is None


def test_the_last_owner_can_neither_be_demoted_nor_closed(client: Client, ines: Staff) -> None:
    demoted = client.post(f"/settings/staff/{ines.id}", data=account(ines, role_id=make.role("manager").id))
    closed = client.post(f"/settings/staff/{ines.id}/deactivation")
    moved = client.post(f"/settings/roles/{make.role('teacher').id}/members", data={"staff_id": ines.id})

    for refused in (demoted, closed, moved):
        assert (refused.status_code, "last owner" in refused.text) == (409, True)
    assert (ines.role.key, ines.is_active_account) == ("owner", True)


@pytest.mark.committed
def test_two_owners_who_demote_each_other_at_once_do_not_both_succeed(app: Flask) -> None:
    owners = [make.staff("Inès", "owner").id, make.staff("Marcus", "owner").id]
    teacher = make.role("teacher").id
    db.session.commit()
    start = threading.Barrier(2)

    def demote(staff_id: int) -> None:
        with app.app_context():
            start.wait()
            try:
                accounts.change_role(db.session.get_one(Staff, staff_id), db.session.get_one(Role, teacher))
                db.session.commit()
            except accounts.LastOwner:
                db.session.rollback()

    threads = [threading.Thread(target=demote, args=(one,)) for one in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    left = db.session.scalars(select(Staff).join(Staff.role).where(Role.key == "owner")).all()
    assert len(left) == 1


@pytest.mark.req("ROLE-02")
def test_somebody_added_to_a_role_on_its_page_sees_its_open_tasks(client: Client, ines: Staff) -> None:
    maya = make.staff("Maya Dunn", "teacher")
    make.task("Call Camille", role=make.role("front_desk"))

    page = client.post(
        f"/settings/roles/{make.role('front_desk').id}/members", data={"staff_id": maya.id}, headers=PARTIAL
    )

    assert "Maya Dunn" in page.text
    client.sign_in(maya)
    assert "Call Camille" in client.get("/tasks").text


def test_the_studio_describes_itself_and_mistakes_stand_by_their_fields(client: Client, ines: Staff) -> None:
    typed = {
        "name": "Maison Souffle",
        "email": "bonjour@maison-souffle.example",
        "address": "12 rue des Tables-Claudiennes",
        "zone": "Pacific/Auckland",
        "currency": "NZD",
        "language": "fr",
    }
    wrong = client.post("/settings/general", data=typed | {"email": "bonjour", "zone": "Mars/Base"}, headers=PARTIAL)
    assert wrong.status_code == 422
    assert "This address looks incomplete." in wrong.text
    assert studio.studio().zone == "Europe/Paris"

    assert client.post("/settings/general", data=typed).status_code == 303
    assert studio.studio().model_dump(include=set(typed)) == typed


@pytest.mark.req("GEN-10")
def test_a_second_location_can_be_opened_and_has_a_name_of_its_own(client: Client, ines: Staff) -> None:
    asked = {"name": "Confluence", "zone": "Europe/Paris"}

    assert client.post("/settings/locations", data=asked).status_code == 303
    again = client.post("/settings/locations", data=asked | {"name": " confluence "}, headers=PARTIAL)

    assert (again.status_code, "a location of this name already" in again.text) == (422, True)
    place = db.session.scalars(select(Location).where(Location.name == "Confluence")).one()
    for page in (f"/settings/staff/{ines.id}", "/tasks/new", "/settings/locations"):
        assert "Confluence" in client.get(page).text
    client.post(f"/settings/locations/{place.id}", data={"name": "La Confluence", "zone": "Indian/Reunion"})
    assert (place.name, place.zone) == ("La Confluence", "Indian/Reunion")


def test_a_token_is_shown_once_works_and_is_refused_when_revoked(client: Client, ines: Staff) -> None:
    made = client.post("/settings/api", data={"name": "Website", "scopes": ["events:write"]}, headers=PARTIAL)

    text = re.search(r'value="(encore_[^"]+)"', made.text)
    assert text is not None
    assert text[1] not in client.get("/settings/api").text
    stored = db.session.scalars(select(ApiToken)).one()
    assert text[1] not in (stored.token_hash, stored.hint)
    assert tokens.find_token(text[1]) is stored
    assert stored.scopes == ["events:write"]

    client.post(f"/settings/api/{stored.id}/revocation", headers=PARTIAL)
    assert tokens.find_token(text[1]) is None


def test_a_token_without_a_name_or_with_a_scope_that_is_none_is_not_made(client: Client, ines: Staff) -> None:
    assert client.post("/settings/api", data={"name": " "}, headers=PARTIAL).status_code == 422
    assert (
        client.post("/settings/api", data={"name": "X", "scopes": ["everything"]}, headers=PARTIAL).status_code == 422
    )
    with pytest.raises(tokens.UnknownScope):
        tokens.create_token("X", ["everything"])
    assert db.session.scalar(select(ApiToken.id)) is None


def test_theme_and_language_are_ones_own_and_apply_at_once(client: Client, ines: Staff) -> None:
    answer = client.post("/account", data={"theme": "dark"}, headers=PARTIAL)
    assert '"value": "dark"' in answer.headers["HX-Trigger"]
    assert 'data-theme="dark"' in client.get("/account").text

    assert client.post("/account", data={"language": "fr"}, headers=PARTIAL).headers["HX-Refresh"] == "true"
    assert '<html lang="fr"' in client.get("/account").text
    assert (ines.theme, ines.language) == ("dark", "fr")

    client.post("/account", data={"theme": "plaid"}, headers=PARTIAL)
    assert ines.theme == "dark"


def test_a_password_is_changed_with_the_old_one_and_ends_other_sessions(client: Client, ines: Staff) -> None:
    elsewhere = client.application.test_client()
    assert isinstance(elsewhere, Client)
    elsewhere.sign_in(ines)
    new = {"current": make.PASSWORD, "password": "a long new one", "again": "a long new one"}

    assert client.post("/account/password", data=new | {"current": "guess"}, headers=PARTIAL).status_code == 422
    assert client.post("/account/password", data=new | {"password": "short", "again": "short"}).status_code == 422
    assert client.post("/account/password", data=new, headers=PARTIAL).status_code == 200

    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 303


@pytest.mark.req("NAV-06")
def test_every_setting_there_is_opens_from_the_settings(client: Client, ines: Staff) -> None:
    index = client.get("/settings").text

    for path in ("/settings/general", "/settings/scoring", "/settings/staff", "/settings/roles", "/settings/api"):
        assert f'href="{path}"' in index
        assert client.get(path).status_code == 200
