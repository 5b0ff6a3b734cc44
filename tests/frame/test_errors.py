"""What somebody reads when something is refused."""

from __future__ import annotations

import json

import pytest
from flask import Flask
from flask.testing import FlaskClient

from app import web

HTMX = {"HX-Request": "true"}


@pytest.fixture
def owner(house: Flask) -> FlaskClient:
    visitor = house.test_client()
    visitor.get("/style/door/light")
    return visitor


def test_a_wrong_address_is_answered_inside_the_frame(owner: FlaskClient) -> None:
    answer = owner.get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert 'class="side"' in answer.text


def test_a_stranger_gets_the_same_sentence_without_the_frame(house: Flask) -> None:
    answer = house.test_client().get("/nowhere")
    assert answer.status_code == 404
    assert "There is nothing here" in answer.text
    assert 'class="side"' not in answer.text


def test_in_a_fragment_an_error_is_a_toast_and_the_page_stays(owner: FlaskClient) -> None:
    answer = owner.get("/nowhere", headers=HTMX)
    said = json.loads(answer.headers["HX-Trigger"])["toast"]
    assert answer.headers["HX-Reswap"] == "none"
    assert said["tone"] == "danger"
    assert said["text"].startswith("There is nothing here. The address may be mistyped")


def test_a_form_from_another_site_is_refused_in_words(owner: FlaskClient) -> None:
    answer = owner.post("/style/said")
    assert answer.status_code == 400
    assert "Reload it and try once more" in answer.text


@pytest.mark.parametrize("status", [400, 403, 404, 409, 413, 429, 500])
def test_every_refusal_has_words_of_its_own(house: Flask, status: int) -> None:
    with house.test_request_context("/somewhere"):
        page = web._error(status, None).get_data(as_text=True)
    assert f'<p class="code">{status}</p>' in page
    assert "<h1></h1>" not in page


def test_a_broken_database_still_gives_a_page(house: Flask) -> None:
    with house.test_request_context("/somewhere"):
        page = web._error(500, None).get_data(as_text=True)
    assert "What you did last was not saved" in page
    assert 'class="side"' not in page
