"""Moving contacts through the lifecycle."""

from __future__ import annotations

from types import ModuleType

import pytest
from sqlalchemy import func, select

from app.contacts.models import Contact
from app.db import db
from app.demo import make
from app.events.models import Event
from app.lifecycle import board, setup, stages

pytestmark = pytest.mark.usefixtures("app")


def stage_changes() -> int:
    return db.session.scalar(select(func.count()).where(Event.kind == "lifecycle.stage_changed")) or 0


def lane(key: str) -> list[str]:
    stage = stages.stage_by_key(key)
    assert stage is not None
    cards = select(Contact).where(Contact.lifecycle_stage_id == stage.id)
    return [card.first_name for card in db.session.scalars(cards.order_by(Contact.lifecycle_position, Contact.id))]


@pytest.mark.req("LIFE-12")
def test_a_new_contact_is_in_the_default_stage_or_in_none() -> None:
    ana = make.contact("Ana Silva")
    assert ana.lifecycle_stage is not None
    assert ana.lifecycle_stage.key == "new_lead"

    setup.make_default(None)
    assert make.contact("Ben Ali").lifecycle_stage is None


def test_moving_where_it_stands_records_nothing() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff()

    board.move_contact(ana, stages.stage_by_key("new_lead"), by=lea)
    board.move_contact(ana, stages.stage_by_key("customer"), by=lea)
    board.move_contact(ana, stages.stage_by_key("customer"), by=lea)

    assert stage_changes() == 1


def test_the_second_of_two_who_drag_the_same_card_is_told() -> None:
    ana, lea = make.contact("Ana Silva"), make.staff()
    board.move_contact(ana, stages.stage_by_key("customer"), by=lea, believed="new_lead")

    with pytest.raises(board.MovedMeanwhile, match="Customer"):
        board.move_contact(ana, stages.stage_by_key("payment"), by=lea, believed="new_lead")

    assert ana.lifecycle_stage is stages.stage_by_key("customer")


def test_who_comes_last_is_on_top_unless_dropped_elsewhere(clock: ModuleType) -> None:
    clock.set("2026-11-23 10:00")
    lea, customer = make.staff(), stages.stage_by_key("customer")
    people = {}
    for name in ("Ana", "Ben", "Chloé"):
        people[name] = make.contact(f"{name} Petit")
        clock.move(minutes=1)
        board.move_contact(people[name], customer, by=lea)
    assert lane("customer") == ["Chloé", "Ben", "Ana"]

    board.move_contact(people["Chloé"], customer, by=lea, above=people["Ana"])
    assert lane("customer") == ["Ben", "Chloé", "Ana"]

    board.move_contact(people["Ana"], customer, by=lea, above=people["Ben"])
    assert lane("customer") == ["Ana", "Ben", "Chloé"]


def test_many_move_at_once_and_each_has_it_in_the_history() -> None:
    lea = make.staff()
    crowd = [make.contact() for _ in range(5)]
    board.move_contact(crowd[0], stages.stage_by_key("payment"), by=lea)

    moved = board.move_contacts([contact.id for contact in crowd], stages.stage_by_key("payment"), by=lea)

    assert moved == 4
    assert stage_changes() == 5
