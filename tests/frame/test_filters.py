"""How times, amounts and names are written."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from flask_babel import force_locale

from app import web_filters

PARIS = ZoneInfo("Europe/Paris")
NOON = datetime(2026, 11, 23, 11, 0, tzinfo=UTC)  # Monday noon in Paris


@pytest.mark.parametrize(
    ("distance", "english", "french"),
    [
        (timedelta(seconds=20), "now", "à l’instant"),
        (timedelta(minutes=12), "12 min", "12 min"),
        (timedelta(hours=2, minutes=50), "2 h", "2 h"),
        (timedelta(hours=23, minutes=59), "23 h", "23 h"),
        (timedelta(hours=24), "Sun", "dim."),
        (timedelta(days=6), "Tue", "mar."),
        (timedelta(days=7), "16 Nov", "16 nov."),
        (timedelta(days=400), "19 Oct 2025", "19 oct. 2025"),
        (-timedelta(minutes=5), "in 5 min", "dans 5 min"),
        (-timedelta(days=2), "Wed", "mer."),
    ],
)
def test_how_long_ago(house: Flask, distance: timedelta, english: str, french: str) -> None:
    for language, expected in (("en", english), ("fr", french)):
        with house.test_request_context(), force_locale(language):
            assert web_filters.ago(NOON - distance, now=NOON, zone=PARIS, language=language) == expected


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (datetime(2026, 11, 23, 7, 5, tzinfo=UTC), "08:05"),
        (datetime(2026, 11, 22, 23, 30, tzinfo=UTC), "00:30"),  # Monday already, in Paris
        (datetime(2026, 11, 21, 10, 20, tzinfo=UTC), "Sat 11:20"),
        (datetime(2026, 3, 29, 10, 0, tzinfo=UTC), "29 Mar, 12:00"),  # summer time
        (datetime(2025, 3, 1, 9, 0, tzinfo=UTC), "1 Mar 2025, 10:00"),
    ],
)
def test_the_moment_itself_is_in_the_studios_zone(moment: datetime, expected: str) -> None:
    assert web_filters.when(moment, now=NOON, zone=PARIS, language="en") == expected


def test_the_whole_of_a_moment() -> None:
    assert web_filters.full_time(NOON, zone=PARIS, language="en") == "Monday 23 November 2026, 12:00"
    assert web_filters.full_time(NOON, zone=PARIS, language="fr") == "lundi 23 novembre 2026, 12:00"


def test_amounts_are_written_without_needless_decimals() -> None:
    assert web_filters.money(3900, "EUR", language="en") == "€39"
    assert web_filters.money(123950, "EUR", language="fr") == "1\u202f239,50\N{NO-BREAK SPACE}€"
    assert web_filters.money(-500, "GBP", language="en") == "-£5"
    assert web_filters.number(1248, language="fr") == "1\u202f248"


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Camille Moreau", "CM"),
        ("Siobhán O’Neill", "SO"),
        ("Zoë", "Z"),
        ("Marie-Claude de la Tour", "MT"),
        ("مريم علي", "مع"),
        ("🙂 🙂", "?"),
        ("", "?"),
    ],
)
def test_initials(name: str, expected: str) -> None:
    assert web_filters.initials(name) == expected


def test_a_person_keeps_their_colour() -> None:
    assert [web_filters.hue(key) for key in (1, 2, "Camille", 1)] == [5, 1, 0, 5]
    assert {web_filters.hue(key) for key in range(100)} == set(range(6))


def test_attributes_are_escaped() -> None:
    written = web_filters.attrs(
        {"hx_get": '/x?a="1"&b', "disabled": True, "hx_headers__inherited": "{}", "title": None}
    )
    assert written == 'hx-get="/x?a=&#34;1&#34;&amp;b" disabled hx-headers:inherited="{}"'


def test_only_a_colour_becomes_an_accent() -> None:
    assert web_filters.accent_style("#0f5d5a").startswith("--accent:#0f5d5a;")
    assert web_filters.accent_style("red;background:url(//evil)") == ""
