"""The pages of tags and of custom fields."""

from __future__ import annotations

import pytest

from app.contacts import custom_fields, tags
from app.demo import make
from app.staff.models import Staff
from tests.harness.client import Client

HX = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.mark.req("TAG-01", "TAG-02")
def test_a_tag_is_created_with_its_badge(client: Client, owner: Staff) -> None:
    typed = {"name": "Advanced", "applies_to": ["client", "class"], "is_badge": "y", "badge_label": "ADV"}

    client.post("/clients/tags/new", data=typed | {"badge_colour": "green"}, headers=HX)

    tag = tags.all_tags()[0]
    assert (tag.name, tag.applies_to, tag.badge_label, tag.badge_colour) == (
        "Advanced",
        ["client", "class"],
        "ADV",
        "green",
    )
    assert '<span class="chip sm badge green" title="Advanced">ADV</span>' in client.get("/clients/tags").text


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"name": "", "applies_to": "client"}, "Type a name."),
        ({"name": "New"}, "Choose at least one."),
        ({"name": "REGULAR", "applies_to": "client"}, "There is a tag named “REGULAR” already."),
        ({"name": "New", "applies_to": "client", "is_badge": "y"}, "A badge needs a label"),
        ({"name": "New", "applies_to": "client", "is_badge": "y", "badge_label": "x" * 13}, "At most 12 characters."),
    ],
)
def test_a_tag_that_cannot_be_is_said_by_the_field(
    client: Client, owner: Staff, typed: dict[str, str], said: str
) -> None:
    tags.create_tag("Regular")

    answer = client.post("/clients/tags/new", data={"badge_colour": "green"} | typed, headers=HX)

    assert answer.status_code == 422
    assert said in answer.text
    assert len(tags.all_tags()) == 1


def test_deleting_a_tag_says_first_how_many_lose_it(client: Client, owner: Staff) -> None:
    make.contact("Ana Silva", tags=["Regular"])
    make.contact("Ben Ali", tags=["Regular"])
    tag = tags.all_tags()[0]

    assert "2 people have it" in client.get(f"/clients/tags/{tag.id}/deletion", headers=HX).text
    client.post(f"/clients/tags/{tag.id}/deletion", headers=HX)

    assert tags.all_tags() == []


@pytest.mark.req("CUS-04")
def test_a_field_with_just_a_name_and_a_kind_is_saved(client: Client, owner: Staff) -> None:
    client.post("/clients/custom-fields/new", data={"name": "Membership anniversary", "kind": "date"}, headers=HX)

    assert "Membership anniversary" in client.get("/clients/custom-fields").text
    assert custom_fields.all_fields()[0].kind == "date"


def test_a_choice_needs_choices(client: Client, owner: Staff) -> None:
    typed = {"name": "Level", "kind": "choice", "choices": "Gentle"}

    assert client.post("/clients/custom-fields/new", data=typed, headers=HX).status_code == 422


def test_fields_are_edited_ordered_and_deleted(client: Client, owner: Staff) -> None:
    one, two = custom_fields.create_field("One", "text"), custom_fields.create_field("Two", "text")
    make.contact("Ana Silva", custom={"one": "1"})

    client.post(f"/clients/custom-fields/{one.id}", data={"name": "First", "kind": "number"}, headers=HX)
    assert (one.name, one.kind, one.key) == ("First", "text", "one")

    client.post("/clients/custom-fields/order", data={"order": f"{two.id},{one.id}"}, headers=HX)
    assert [field.name for field in custom_fields.all_fields()] == ["Two", "First"]

    assert "for 1 person" in client.get(f"/clients/custom-fields/{one.id}/deletion", headers=HX).text
    client.post(f"/clients/custom-fields/{one.id}/deletion", headers=HX)
    assert [field.name for field in custom_fields.all_fields()] == ["Two"]


def test_an_empty_house_says_what_will_be_where(client: Client, owner: Staff) -> None:
    for address, said in (
        ("/clients/tags", "Your first tag"),
        ("/clients/custom-fields", "Your first custom field"),
        ("/contacts", "Everyone you meet"),
        ("/clients", "Your first clients"),
        ("/activity", "Nothing yet"),
        ("/contacts?q=nobody", "Nobody matches"),
    ):
        assert said in client.get(address).text


def test_dialogs_are_pages_without_javascript(client: Client, owner: Staff) -> None:
    ana, field = make.contact("Ana Silva", tags=["Regular"]), custom_fields.create_field("One", "text")
    tag = tags.all_tags()[0]

    for address in (
        "/clients/new",
        "/clients/tags/new",
        f"/clients/tags/{tag.id}",
        f"/clients/tags/{tag.id}/deletion",
        "/clients/custom-fields/new",
        f"/clients/custom-fields/{field.id}",
        f"/clients/custom-fields/{field.id}/deletion",
        f"/contacts/{ana.id}/details",
        f"/contacts/{ana.id}/erasure",
        f"/contacts/{ana.id}/consent/sms_marketing",
    ):
        page = client.get(address)
        assert page.status_code == 200
        assert "<html" in page.text
        assert "<dialog" in page.text


@pytest.mark.req("TAG-07")
def test_only_those_who_set_prices_give_a_tag_a_discount(client: Client) -> None:
    typed = {"name": "TRIAL10", "applies_to": ["client"]}
    client.sign_in(make.staff("Priya Nair", "manager"))
    client.post("/clients/tags/new", data=typed | {"discount_percent": "10"})
    tag = tags.all_tags()[0]
    assert tag.discount_percent == 10
    assert "−10 %" in client.get("/clients/tags").text
    refused = client.post(f"/clients/tags/{tag.id}", data=typed | {"discount_percent": "101"})
    assert (refused.status_code, tag.discount_percent) == (422, 10)

    client.sign_in(make.staff("Léa Fontaine", "front_desk"))
    client.post(f"/clients/tags/{tag.id}", data=typed | {"name": "Trial", "discount_percent": "90"})

    assert (tag.name, tag.discount_percent) == ("Trial", 10)
