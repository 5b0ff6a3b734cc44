"""Changing many leads at once (IMP-05)."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from werkzeug.test import TestResponse

from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads import board, queries
from app.leads.models import Lead, LeadStage
from tests.harness import queries as asking
from tests.harness.client import Client
from tests.leads.conftest import HTMX

Ask = Callable[..., TestResponse]


def stage(name: str) -> LeadStage:
    found = queries.stage_named(name)
    assert found is not None
    return found


def stages_of(leads: list[Lead]) -> list[str]:
    return [lead.stage.name for lead in leads]


@pytest.mark.req("IMP-05")
def test_ticked_leads_move_together_and_back(owner: Client, ask: Ask) -> None:
    ana, ben, cleo = [make.lead(make.contact(name)) for name in ("Ana Silva", "Ben Ali", "Cleo Petit")]
    board.move_lead(ben, stage("On trial"), by=make.staff())
    contacted = stage("Contacted")

    answer = ask("/leads/selection/stage", ids=[ana.id, ben.id], to=contacted.id)

    assert stages_of([ana, ben, cleo]) == ["Contacted", "Contacted", "New"]
    assert "2 leads are in Contacted now" in answer.headers["HX-Trigger"]
    told = db.session.query(Event).filter_by(kind="lead.stage_changed", contact_id=ana.contact_id).one()
    assert (told.actor_name, told.data["from_stage"], told.data["to_stage"]) == ("Inès Garnier", "New", "Contacted")

    again = ask("/leads/selection/stage", ids=[ana.id, cleo.id], to=contacted.id)
    assert "1 lead is in Contacted now. 1 was already." in again.headers["HX-Trigger"]

    ask(f"/leads/selection/stage/undoing?was={stage('New').id}:{ana.id},{stage('On trial').id}:{ben.id}")
    assert stages_of([ana, ben, cleo]) == ["New", "On trial", "Contacted"]


@pytest.mark.req("IMP-05")
def test_all_that_a_filter_leaves_is_given_to_somebody_in_as_many_questions_as_one(owner: Client, ask: Ask) -> None:
    dave = make.staff("Dave Grant")
    for number in range(60):
        make.lead(make.contact(f"Fair {number}"), from_source="Fair")
    other = make.lead(from_source="Website form")
    fair = make.source("Fair")
    one = db.session.query(Lead).filter_by(source_id=fair.id).limit(1).one()

    with asking.counted() as for_one:
        ask(f"/leads/selection/assignee?source={fair.id}", ids=[one.id], to=dave.id)
    with asking.counted() as for_all:
        ask(f"/leads/selection/assignee?source={fair.id}", whole="1", to=dave.id)

    assert {lead.assignee for lead in db.session.query(Lead).filter_by(source_id=fair.id)} == {dave}
    assert other.assignee is None
    assert len(for_all) < len(for_one) + 5


def test_leads_of_others_stay_as_they_are_and_what_is_not_there_is_not_found(client: Client) -> None:
    mine, theirs = make.lead(), make.lead()
    agent = make.staff("Marcus Bell", "agent")
    board.assign_lead(mine, agent, by=agent)
    client.sign_in(agent)
    contacted = stage("Contacted")

    client.post("/leads/selection/stage", data={"ids": [mine.id, theirs.id], "to": contacted.id}, headers=HTMX)

    assert stages_of([mine, theirs]) == ["Contacted", "New"]
    assert client.post("/leads/selection/stage", data={"ids": [mine.id], "to": "987"}).status_code == 404
    assert client.post("/leads/selection/assignee", data={"ids": [mine.id], "to": "987"}).status_code == 404
    assert client.post("/leads/selection/stage", data={"ids": ["x"], "to": contacted.id}).status_code == 303
