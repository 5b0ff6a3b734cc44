"""Fields a studio adds, and what may stand in them."""

from __future__ import annotations

from typing import Any

import pytest

from app.contacts import custom_fields
from app.contacts.custom_fields import CHOICE, DATE, NUMBER, TEXT, YES_NO, BadValue
from app.contacts.models import CustomField
from app.db import db
from app.demo import make

pytestmark = pytest.mark.usefixtures("app")


@pytest.mark.req("CUS-04")
def test_a_name_and_a_kind_are_enough() -> None:
    field = custom_fields.create_field("Membership anniversary", DATE)

    assert (field.key, field.kind, field.choices) == ("membership_anniversary", "date", [])


@pytest.mark.req("GEN-11")
@pytest.mark.parametrize("name", ["Birthday", "Date d'Anniversaire", "DATE D’ANNIVERSAIRE", "Date de naissance"])
def test_the_birthday_field_is_known_in_both_languages(name: str) -> None:
    custom_fields.create_field("Birthday gift", TEXT)
    field = custom_fields.create_field(name, DATE)

    assert custom_fields.birthday_fields() == [field]


@pytest.mark.req("GEN-11")
def test_a_field_is_found_by_what_its_name_means() -> None:
    field = custom_fields.create_field("Date d'Anniversaire", DATE)

    assert custom_fields.find_field("birthday", [field]) is field
    assert custom_fields.find_field("date d anniversaire", [field]) is field
    with pytest.raises(custom_fields.NoSuchField):
        custom_fields.find_field("Shoe size", [field])


def test_two_fields_of_one_name_are_refused() -> None:
    custom_fields.create_field("Shoe size", NUMBER)

    with pytest.raises(custom_fields.NameTaken):
        custom_fields.create_field("shoe  SIZE", TEXT)


@pytest.mark.parametrize(
    ("kind", "typed", "stored"),
    [
        (TEXT, "  knee  ", "knee"),
        (TEXT, "   ", None),
        (NUMBER, "38", 38),
        (NUMBER, "1 250,5", 1250.5),
        (NUMBER, 4, 4),
        (DATE, "2026-03-21", "2026-03-21"),
        (YES_NO, "Oui", True),
        (YES_NO, False, False),
        (CHOICE, "léger", "Léger"),
        (CHOICE, None, None),
    ],
)
def test_values_are_stored_in_one_form(kind: str, typed: Any, stored: Any) -> None:
    field = CustomField(key="f", name="F", kind=kind, choices=["Léger", "Fort"])

    assert custom_fields.clean_value(field, typed) == stored


@pytest.mark.parametrize(
    ("kind", "typed"),
    [(NUMBER, "many"), (NUMBER, "nan"), (NUMBER, "1e999"), (DATE, "21/03"), (DATE, 12), (YES_NO, "perhaps"),
     (CHOICE, "Moyen"), (TEXT, "x" * 2001)],
)  # fmt: skip
def test_a_value_of_the_wrong_kind_is_refused(kind: str, typed: Any) -> None:
    with pytest.raises(BadValue):
        custom_fields.clean_value(CustomField(key="f", name="F", kind=kind, choices=["Léger"]), typed)


def test_what_is_wrong_is_said_by_the_name_it_was_given_under() -> None:
    field = custom_fields.create_field("Shoe size", NUMBER)

    clean, wrong = custom_fields.clean_values({"Shoe size": "38", "Hat": "7", "shoe_size ": "big"}, [field])

    assert clean == {"shoe_size": 38}
    assert wrong == {"Hat": "There is no custom field of this name.", "shoe_size ": "This is not a number."}


def test_a_deleted_field_takes_its_values_with_it() -> None:
    size, pet = custom_fields.create_field("Shoe size", NUMBER), custom_fields.create_field("Pet", TEXT)
    ana = make.contact("Ana Silva", custom={size.key: 38, pet.key: "cat"})
    make.contact("Ben Ali", custom={pet.key: "dog"})
    assert custom_fields.count_values(size) == 1

    assert custom_fields.delete_field(size) == 1

    db.session.refresh(ana)
    assert ana.custom == {"pet": "cat"}
    assert custom_fields.all_fields() == [pet]


def test_fields_keep_the_order_they_are_put_in() -> None:
    one, two, three = (custom_fields.create_field(name, TEXT) for name in ("One", "Two", "Three"))

    custom_fields.order_fields([three.id, one.id])

    assert custom_fields.all_fields() == [three, one, two]
