"""Which files are understood, and how."""

from __future__ import annotations

import io
import zipfile

import pytest

from app.db import db
from app.leads.importing.models import LeadImport
from tests.harness.client import Client
from tests.harness.work import Workers
from tests.leads import imports

ANA = ("Zoé", "Lefèvre", "zoe@mail.example")


def imported(owner: Client, workers: Workers) -> list[tuple[str, str, str | None]]:
    """Who is a lead, after the file handed in last."""
    imports.start(owner)
    workers.run_until_idle()
    return [(lead.contact.first_name, lead.contact.last_name, lead.contact.email) for lead in imports.leads()]


@pytest.mark.req("IMP-02", "IMP-03")
@pytest.mark.parametrize(
    "data",
    [
        pytest.param("email,nom,prénom\nzoe@mail.example,Lefèvre,Zoé".encode(), id="French, mail first"),
        pytest.param("prénom,nom,email\nZoé,Lefèvre,zoe@mail.example".encode(), id="French"),
        pytest.param("PRENOM;Nom;Courriel\r\nZoé;Lefèvre;zoe@mail.example\r\n".encode(), id="semicolons"),
        pytest.param("Prénom\tNom\tAdresse e-mail\nZoé\tLefèvre\tzoe@mail.example".encode("utf-16"), id="UTF-16, tabs"),
        pytest.param("prénom;nom;e-mail\nZoé;Lefèvre;zoe@mail.example".encode("cp1252"), id="Windows-1252"),
        pytest.param("First Name,Surname,E-mail address\nZoé,Lefèvre,zoe@mail.example".encode("utf-8-sig"), id="mark"),
        pytest.param('sep=;\nGIVEN NAME;"Last\nname";mail\nZoé;Lefèvre;zoe@mail.example'.encode(), id="sep="),
        pytest.param("first_name,last_name,Where to write\n Zoé , Lefèvre ,zoe@mail.example".encode(), id="by content"),
    ],
)
def test_columns_are_found_in_any_order_language_and_alphabet(owner: Client, workers: Workers, data: bytes) -> None:
    page = imports.hand_in(owner, data)

    assert "1 person 1 new lead" in imports.text_of(page)
    assert imported(owner, workers) == [ANA]


@pytest.mark.req("IMP-02")
@pytest.mark.parametrize(
    ("headings", "missing"),
    [
        ("prénom,nom,téléphone", "E-mail"),
        ("email,nom", "First name"),
        ("email", "First name, Last name"),
    ],
)
def test_a_file_without_a_column_is_refused_by_its_name(owner: Client, headings: str, missing: str) -> None:
    page = imports.hand_in(owner, f"{headings}\na,b,c")

    assert page.status_code == 422
    found = ", ".join(headings.split(","))
    assert f"A column is missing: {missing}. This file has: {found}." in imports.text_of(page)
    assert db.session.query(LeadImport).count() == 0


@pytest.mark.req("IMP-03")
def test_what_was_understood_is_shown_and_can_be_changed(owner: Client, workers: Workers) -> None:
    page = imports.hand_in(owner, "First name,Last name,Nickname,email\nZoé,Lefèvre,Zo,zoe@mail.example")
    assert '<option selected value="0">First name</option>' in page.text
    made = imports.latest()

    said = {"source": made.source_id, "first_name": 2, "last_name": 1, "email": 3}
    changed = owner.post(f"/leads/imports/{made.id}/choices", data=said, follow_redirects=True)
    assert "This column stays out: First name." in imports.text_of(changed)
    both = owner.post(f"/leads/imports/{made.id}/start", data=said | {"last_name": 3})
    assert both.status_code == 422
    assert "This column is a name already." in both.text

    assert imported(owner, workers) == [("Zo", "Lefèvre", "zoe@mail.example")]


@pytest.mark.req("IMP-04")
def test_other_columns_stay_out_and_are_named(owner: Client, workers: Workers) -> None:
    page = imports.hand_in(owner, "prénom,nom,email,phone\nZoé,Lefèvre,zoe@mail.example,+33612345678")

    assert "This column stays out: phone." in imports.text_of(page)
    assert imported(owner, workers) == [ANA]
    assert [lead.contact.phone for lead in imports.leads()] == [None]
    assert "This column stayed out: phone." in imports.text_of(owner.get(f"/leads/imports/{imports.latest().id}"))


def workbook() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("xl/workbook.xml", "<workbook/>")
    return out.getvalue()


@pytest.mark.req("IMP-01")
@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("leads.xlsx", workbook(), "This is a workbook, not a CSV file."),
        ("leads.csv", workbook(), "This is a workbook, not a CSV file."),
        ("leads.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "This is a workbook, not a CSV file."),
        ("photo.csv", b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "there is something other than text in it"),
        ("empty.csv", b" \n", "This file is empty."),
        ("nobody.csv", b"first name,last name,email\n,,\n", "There is nobody below the headings"),
        ("open.csv", b'first name,last name,email\n"Ana' + b"x" * 200_000, "Is a quotation mark opened"),
        ("many.csv", b"first name,last name,email\n" + b"A,B,c@d.org\n" * 25_001, "at most 25,000 go in at once"),
    ],
)
def test_what_is_no_list_of_people_is_refused_with_what_to_do(owner: Client, name: str, data: bytes, said: str) -> None:
    page = imports.hand_in(owner, data, name=name)

    assert page.status_code == 422
    assert said in imports.text_of(page)
    assert db.session.query(LeadImport).count() == 0


@pytest.mark.req("IMP-01")
def test_a_file_must_be_chosen_and_not_be_too_large(owner: Client) -> None:
    nothing = owner.post("/leads/imports", data={"source": "1"}, content_type="multipart/form-data")
    assert nothing.status_code == 422
    assert "Choose a file." in nothing.text
    large = owner.post("/leads/imports", data=b"x" * 6_000_000, content_type="multipart/form-data; boundary=x")
    assert large.status_code == 413
