"""Settings › Lead scoring, the receipt of a score, and the hot label."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import select

from app import events
from app.db import db
from app.demo import make
from app.events.models import Event
from app.scoring.preview import preview
from app.scoring.settings import Scoring, scoring
from app.staff.models import Staff
from tests.harness.client import Client
from tests.harness.work import Workers

PARTIAL = {"HX-Request": "true", "HX-Request-Type": "partial"}


@pytest.fixture
def ines(client: Client) -> Staff:
    made = make.staff("Inès Garnier", "owner")
    client.sign_in(made)
    return made


def typed(**changes: object) -> dict[str, object]:
    """What the form sends, with something changed."""
    stored = Scoring().model_dump(exclude={"reset_set_at"})
    return stored | {"reset_days": stored["reset_days"] or 0} | changes


@pytest.mark.req("SCORE-01", "SCORE-03")
def test_points_are_saved_negative_ones_too_and_count_for_the_next_act(
    client: Client, workers: Workers, ines: Staff
) -> None:
    ana = make.contact()
    events.record("call.received", ana)
    workers.run_until_idle()

    response = client.post("/settings/scoring", data=typed(call_received=9, bounced=-7), headers=PARTIAL)

    assert response.status_code == 200
    assert (scoring().call_received, scoring().bounced) == (9, -7)
    events.record("call.received", ana)
    workers.run_until_idle()
    assert ana.score == 4 + 9


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"email_opened": "many"}, "A whole number from -100 to 100."),
        ({"email_opened": ""}, "A whole number from -100 to 100."),
        ({"email_opened": 101}, "A whole number from -100 to 100."),
        ({"threshold": 0}, "A whole number from 1 to 1000."),
        ({"call_made_min_seconds": -1}, "A whole number from 1 to 3600."),
        ({"reset_days": 7}, "Not a valid choice."),
    ],
)
def test_a_number_that_is_none_is_said_by_its_field_and_nothing_is_saved(
    client: Client, ines: Staff, wrong: dict[str, object], said: str
) -> None:
    response = client.post("/settings/scoring", data=typed(email_clicked=50) | wrong, headers=PARTIAL)

    assert response.status_code == 422
    assert said in response.text
    assert scoring() == Scoring()


@pytest.mark.req("SCORE-03", "BEY-12")
def test_the_preview_says_who_would_turn_and_saving_turns_just_them(
    client: Client, workers: Workers, ines: Staff
) -> None:
    people = {points: make.hot_contact(f"Ana {points}", points) for points in (4, 6, 12, 30)}
    assert [points for points, one in people.items() if one.is_hot] == [12, 30]

    expected = preview(6, seen_by=ines)
    assert (expected.hot, expected.scored, expected.would_turn_hot, expected.would_turn_cold) == (3, 4, 1, 0)
    assert (
        "From 6 points on, 3 of 4 people with points are hot."
        in client.get("/settings/scoring/preview?threshold=6").text
    )

    client.post("/settings/scoring", data=typed(threshold=6), headers=PARTIAL)
    db.session.expire_all()
    assert [points for points, one in people.items() if one.is_hot] == [6, 12, 30]

    after = preview(20, seen_by=ines)
    assert (after.hot, after.would_turn_cold) == (1, 2)


@pytest.mark.req("SCORE-18")
def test_a_changed_period_is_noted_and_one_that_stays_goes_on(client: Client, ines: Staff) -> None:
    client.post("/settings/scoring", data=typed(reset_days=30), headers=PARTIAL)
    begun = scoring().reset_set_at
    assert begun is not None

    client.post("/settings/scoring", data=typed(reset_days=30, email_opened=2), headers=PARTIAL)
    assert scoring().reset_set_at == begun

    client.post("/settings/scoring", data=typed(reset_days=0), headers=PARTIAL)
    assert scoring().reset_days is None


def test_a_manager_sees_and_changes_it_and_the_front_desk_does_neither(client: Client) -> None:
    for key, shown, saved in [("manager", 200, 303), ("front_desk", 403, 403)]:
        client.sign_in(make.staff("Somebody", key))
        assert client.get("/settings/scoring").status_code == shown
        assert client.post("/settings/scoring", data=typed()).status_code == saved


@pytest.mark.req("BEY-12")
def test_the_receipt_names_the_cause_of_every_point(client: Client, workers: Workers, ines: Staff) -> None:
    ana = make.contact("Ana Bell")
    events.record("call.received", ana)
    events.record("message.bounced", ana, message_id=1, channel="email")
    workers.run_until_idle()

    receipt = client.get(f"/contacts/{ana.id}/score").text

    assert ("Calls the studio" in receipt, "+4" in receipt) == (True, True)
    assert ("An e-mail bounces" in receipt, "-3" in receipt) == (True, True)
    assert "Hot from 10 points on." in receipt


@pytest.mark.req("SCORE-27")
def test_the_hot_label_is_taken_off_with_a_question_before_and_a_name_after(client: Client, ines: Staff) -> None:
    ana = make.hot_contact("Ana Bell", 12)
    task = make.task("Call Ana", assignee=ines, contact=ana)
    pane = client.get(f"/tasks?task={task.id}").text
    assert 'hx-confirm="Take the hot label off Ana Bell?' in pane

    response = client.post(f"/contacts/{ana.id}/cooling", headers=PARTIAL)

    assert json.loads(response.headers["HX-Trigger"])["toast"]["text"] == "Ana Bell is no longer hot"
    assert (ana.is_hot, ana.score) == (False, 0)
    cooled = db.session.scalars(select(Event).where(Event.kind == "score.became_cold")).one()
    assert cooled.actor_name == "Inès Garnier"
