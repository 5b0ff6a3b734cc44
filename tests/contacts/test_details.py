"""Changing a contact's details, and putting people on the client list by hand."""

from __future__ import annotations

import pytest

from app.contacts import addresses, details, people, timeline
from app.contacts.details import Changes
from app.contacts.people import Details
from app.demo import make

pytestmark = pytest.mark.usefixtures("app")


def kinds(contact: object) -> list[str]:
    return [entry.kind for entry in timeline.timeline_of(contact).rows]  # type: ignore[arg-type]


def test_changes_are_told_and_give_a_new_revision() -> None:
    ana, lea = make.contact("Ana Silva", phone=None), make.staff()

    changed = details.change_details(ana, Changes("Ana", "Sousa", ana.email, "06 12 34 56 78"), by=lea, believed_rev=1)

    assert changed == ["last_name", "phone"]
    assert (ana.name, ana.phone, ana.rev) == ("Ana Sousa", "+33612345678", 2)
    assert kinds(ana)[0] == "contact.changed"


def test_saving_without_a_change_is_no_event() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff()

    assert details.change_details(ana, Changes("Ana", "Silva", ana.email, ana.phone), by=lea) == []

    assert kinds(ana) == ["contact.created"]
    assert ana.rev == 1


def test_the_second_of_two_who_edit_is_told() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff()
    details.change_details(ana, Changes("Ana", "Sousa", ana.email, ana.phone), by=lea, believed_rev=1)

    with pytest.raises(details.ChangedMeanwhile):
        details.change_details(ana, Changes("Anna", "Silva", ana.email, ana.phone), by=lea, believed_rev=1)

    assert ana.name == "Ana Sousa"


@pytest.mark.req("GEN-07")
def test_an_address_of_somebody_else_is_refused_with_their_name() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff()
    make.contact("Ben Ali", email="ben@mail.example", phone="+33612340000")

    with pytest.raises(details.AddressTaken, match="Ben Ali") as refused:
        details.change_details(ana, Changes("Ana", "Silva", "BEN@mail.example"), by=lea)
    assert refused.value.which == "email"

    with pytest.raises(details.AddressTaken) as refused:
        details.change_details(ana, Changes("Ana", "Silva", phone="06 12 34 00 00"), by=lea)
    assert refused.value.which == "phone"


def test_custom_values_are_merged_and_emptied_by_none() -> None:
    ana, lea = make.contact("Ana Silva", custom={"size": 38, "pet": "cat"}), make.staff()

    details.change_details(
        ana, Changes("Ana", "Silva", ana.email, ana.phone, custom={"pet": None, "tea": "mint"}), by=lea
    )

    assert ana.custom == {"size": 38, "tea": "mint"}


@pytest.mark.req("CUS-03", "GEN-03")
def test_staff_add_a_client_without_any_purchase() -> None:
    lea = make.staff()

    ana, is_added = people.add_client(Details("Ana", "Silva", email="ana@mail.example"), by=lea)

    assert is_added
    assert ana.is_client
    assert kinds(ana) == ["client.created_from_dashboard", "client.created", "contact.created"]


@pytest.mark.req("GEN-07")
def test_adding_somebody_we_know_makes_the_client_of_the_same_record() -> None:
    lea, ana = make.staff(), make.contact("Ana Silva", email="ana@mail.example")

    again, is_added = people.add_client(Details("Anna", email="ANA@mail.example", phone="0612345679"), by=lea)

    assert (again.id, is_added, ana.is_client, ana.first_name) == (ana.id, True, True, "Ana")
    assert people.add_client(Details("Ana", email="ana@mail.example"), by=lea) == (ana, False)


@pytest.mark.parametrize(
    ("stored", "read"), [("+33612345678", "06 12 34 56 78"), ("+442079460018", "+44 20 7946 0018"), ("odd", "odd")]
)
def test_a_number_is_read_in_groups_and_as_it_is_dialled_here(stored: str, read: str) -> None:
    assert addresses.spaced_phone(stored) == read
