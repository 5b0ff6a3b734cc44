"""What clients read, they read in French as well."""

from __future__ import annotations

from pathlib import Path

import pytest
from babel.messages.extract import extract_from_file
from flask import Flask

from scripts import translations

FOR_CLIENTS = [*Path("app/templates/public").rglob("*.html"), Path("app/templates/public.html")]


def test_all_that_clients_read_has_its_french() -> None:
    known = {str(message.id): message.string for message in translations.french()}
    said = {
        str(text)
        for page in FOR_CLIENTS
        for _line, text, _comments, _context in extract_from_file("jinja2", page, keywords=translations.KEYWORDS)
    }
    assert [text for text in sorted(said) if not known.get(text)] == [], "run `make translations`, then translate"


def test_french_keeps_the_places_of_what_is_filled_in() -> None:
    wrong = [message.id for message in translations.french() if message.id and message.string and message.check()]
    assert wrong == []


def test_french_has_its_own_spaces() -> None:
    """A line must not end before a question mark: the space there does not break."""
    wrong = [
        text
        for message in translations.french()
        if message.id
        for text in translations.texts(message.string)
        if any(sign in text for sign in (" ?", " !", " ;", " :", "« ", " »"))
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("unsubscribe", "Vous continuerez à recevoir vos confirmations de réservation."),
        ("unsubscribed", "Plus d’offres par e-mail à camille.m•••@posteo.net."),
        ("lead_form", "Vos coordonnées nous servent à vous répondre."),
    ],
)
def test_a_public_page_follows_its_reader(house: Flask, page: str, sentence: str) -> None:
    reader = house.test_client()
    assert sentence in reader.get(f"/style/public/{page}", headers={"Accept-Language": "fr-FR,fr;q=0.9"}).text
    assert sentence in reader.get(f"/style/public/{page}?lang=fr").text
    assert sentence not in reader.get(f"/style/public/{page}?lang=en").text
