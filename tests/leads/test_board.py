"""What is done with a lead, and the board it stands on."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from app.db import db
from app.demo import make
from app.events.models import Event
from app.leads import board, pipeline, queries
from app.leads.models import CONTACTED, CONVERTED, NOT_CONVERTED, LeadStage

pytestmark = pytest.mark.usefixtures("app")


def stage(name: str) -> LeadStage:
    found = queries.stage_named(name)
    assert found is not None
    return found


@pytest.mark.req("GEN-04", "LEAD-09")
def test_moving_a_lead_is_written_and_leaves_the_lifecycle_alone() -> None:
    lead, lea = make.lead(), make.staff("Léa Fontaine")
    lifecycle = lead.contact.lifecycle_stage

    board.move_lead(lead, stage("On trial"), by=lea)
    board.move_lead(lead, stage("On trial"), by=lea)

    moves = db.session.scalars(select(Event).where(Event.kind == "lead.stage_changed")).all()
    assert [(move.actor_name, move.data["from_stage"], move.data["to_stage"]) for move in moves] == [
        ("Léa Fontaine", "New", "On trial")
    ]
    assert lead.contact.lifecycle_stage == lifecycle


def test_a_lead_that_was_changed_meanwhile_does_not_move() -> None:
    lead, lea, tom = make.lead(), make.staff("Léa"), make.staff("Tom")
    seen = lead.rev
    board.move_lead(lead, stage("Contacted"), by=lea, believed_rev=seen)

    with pytest.raises(board.MovedMeanwhile, match="Somebody was faster"):
        board.move_lead(lead, stage("Won"), by=tom, believed_rev=seen)


@pytest.mark.req("GEN-05")
def test_only_a_purchase_converts_and_the_rest_is_said_by_hand() -> None:
    lead, lea = make.lead(), make.staff("Léa")

    board.set_status(lead, CONTACTED, by=lea)
    assert (lead.status, lead.is_open) == (CONTACTED, True)

    board.set_status(lead, NOT_CONVERTED, by=lea)

    assert [one.is_open for one in queries.leads_of(lead.contact_id)] == [False]
    with pytest.raises(board.ConvertedByPurchase):
        board.set_status(lead, CONVERTED, by=lea)


@pytest.mark.req("GEN-02")
def test_a_lead_is_not_reopened_beside_another_of_its_source() -> None:
    lead, lea = make.lead(), make.staff("Léa")
    board.set_status(lead, NOT_CONVERTED, by=lea)
    make.lead(lead.contact)

    with pytest.raises(board.OpenAlready):
        board.set_status(lead, CONTACTED, by=lea)


@pytest.mark.req("LEAD-11")
def test_a_lead_is_given_to_people_who_work_here() -> None:
    lead, dave, gone = make.lead(), make.staff("Dave"), make.staff("Gone")
    gone.is_active_account = False

    board.assign_lead(lead, dave, by=dave)

    assert lead.assignee == dave
    told = db.session.scalars(select(Event).where(Event.kind == "lead.assigned")).one()
    assert told.data["assignee_id"] == dave.id
    with pytest.raises(board.AccountOff):
        board.assign_lead(lead, gone, by=dave)


@pytest.mark.req("LEAD-08")
def test_a_new_stage_is_there_for_every_lead_and_renaming_renames_it() -> None:
    lead, lea = make.lead(), make.staff("Léa")
    waiting = pipeline.add_stage("Waiting list", "⏳")

    board.move_lead(lead, waiting, by=lea)
    pipeline.change_stage(waiting, "Waits for a place", "⏳")

    assert lead.stage.name == "Waits for a place"
    assert queries.all_stages()[-1] == waiting
    with pytest.raises(pipeline.NameTaken):
        pipeline.add_stage("waits for a PLACE")


@pytest.mark.req("LEAD-08")
def test_a_stage_in_use_goes_only_with_somewhere_for_its_leads_to_go() -> None:
    lead, new, contacted = make.lead(), stage("New"), stage("Contacted")

    with pytest.raises(pipeline.NoReplacement):
        pipeline.delete_stage(new, None)
    pipeline.delete_stage(new, contacted)
    db.session.refresh(lead)

    assert lead.stage == contacted
    assert make.lead().stage == contacted
    with pytest.raises(board.StageRetired):
        board.move_lead(lead, new, by=make.staff("Léa"))
    assert pipeline.add_stage("New") == new


def test_stages_are_put_in_another_order() -> None:
    pipeline.shift_stage(stage("Won"), -2)
    assert [one.name for one in queries.all_stages()] == ["New", "Contacted", "Won", "Trial booked", "On trial"]

    pipeline.order_stages([one.id for one in reversed(queries.all_stages())])
    assert queries.first_stage().name == "On trial"


@pytest.mark.req("SRC-01", "SRC-03")
def test_sources_have_free_names_and_the_built_in_ones_stay() -> None:
    made = [pipeline.add_source(f"Page {number}") for number in range(30)]

    assert [source for source in queries.all_sources() if source.key] == [
        queries.built_in_source(key) for key in ("dashboard", "abandoned_checkout", "website_form", "api")
    ]
    assert set(made) <= set(queries.all_sources())
    with pytest.raises(pipeline.BuiltIn):
        pipeline.delete_source(queries.built_in_source("dashboard"), made[0])


@pytest.mark.req("SRC-02")
def test_renaming_a_source_renames_it_on_its_leads() -> None:
    lead = make.lead(from_source="About us page")

    pipeline.change_source(lead.source, "Our story", "forms")

    assert lead.source.name == "Our story"


@pytest.mark.req("SRC-02", "GEN-02")
def test_deleting_a_source_gives_its_leads_another_and_keeps_one_open_each() -> None:
    older = make.lead(from_source="Flyer")
    newer = make.lead(older.contact, from_source="Door")
    flyer, door = older.source, newer.source

    with pytest.raises(pipeline.NoReplacement):
        pipeline.delete_source(flyer, None)
    pipeline.delete_source(flyer, door)
    db.session.expire_all()

    assert {older.source, newer.source} == {door}
    assert (older.is_open, newer.is_open) == (False, True)
