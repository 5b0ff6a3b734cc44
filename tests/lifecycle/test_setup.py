"""Stages and lost stages: which there are, in what order, and what becomes of their contacts."""

from __future__ import annotations

import pytest

from app.contacts import timeline
from app.demo import make
from app.lifecycle import setup, stages
from app.lifecycle.models import LifecycleStage

pytestmark = pytest.mark.usefixtures("app")


def stage(key: str) -> LifecycleStage:
    found = stages.stage_by_key(key)
    assert found is not None
    return found


def names(*, is_lost: bool) -> list[str]:
    return [stage.name for stage in stages.all_stages() if stage.is_lost == is_lost]


@pytest.mark.req("LIFE-02", "LIFE-03")
def test_a_fresh_installation_has_exactly_five_each_with_its_meaning() -> None:
    assert names(is_lost=False) == ["New lead", "Hot lead", "Payment", "Customer"]
    assert names(is_lost=True) == ["Cold lead"]
    assert all(stage.description for stage in stages.all_stages())


@pytest.mark.req("LIFE-04", "LIFE-05")
def test_lost_stages_are_added_renamed_and_deleted_like_any_other() -> None:
    for name in ("Unqualified", "No answer", "Lost to a competitor"):
        setup.add_stage(name, emoji="🚪", is_lost=True)
    assert names(is_lost=True) == ["Cold lead", "Unqualified", "No answer", "Lost to a competitor"]

    setup.change_stage(stage("cold_lead"), name="Gone quiet", emoji="🤫")
    assert stage("cold_lead").name == "Gone quiet"

    setup.delete_stage(stage("cold_lead"), by=make.staff())
    assert "Gone quiet" not in names(is_lost=True)


@pytest.mark.req("LIFE-06")
@pytest.mark.parametrize("is_lost", [True, False])
def test_the_twenty_first_stage_is_refused_and_the_limit_named(*, is_lost: bool) -> None:
    for number in range(11):
        setup.add_stage(f"Stage {number}")
    for number in range(4):
        setup.add_stage(f"Lost {number}", is_lost=True)
    assert (len(names(is_lost=False)), len(names(is_lost=True))) == (15, 5)

    with pytest.raises(setup.TooManyStages, match="20"):
        setup.add_stage("One more", is_lost=is_lost)


def test_two_stages_of_one_name_are_refused() -> None:
    with pytest.raises(setup.StageNameTaken):
        setup.add_stage("customer", is_lost=True)
    setup.change_stage(stage("customer"), name="CUSTOMER")


@pytest.mark.req("LIFE-09")
def test_the_order_is_that_of_every_list() -> None:
    setup.order_stages([stage("customer").id, stage("new_lead").id], is_lost=False)

    assert names(is_lost=False) == ["Customer", "New lead", "Hot lead", "Payment"]


@pytest.mark.req("LIFE-10")
def test_a_stage_is_not_dragged_among_the_lost_ones() -> None:
    with pytest.raises(setup.OtherColumn):
        setup.order_stages([stage("customer").id, stage("cold_lead").id], is_lost=True)


@pytest.mark.req("LIFE-11", "LIFE-13")
def test_one_stage_at_most_is_the_default_and_nobody_moves_by_it() -> None:
    ana = make.contact("Ana Silva")

    setup.make_default(stage("payment"))

    assert [stage.key for stage in stages.all_stages() if stage.is_default] == ["payment"]
    assert ana.lifecycle_stage is stage("new_lead")
    with pytest.raises(setup.LostByDefault):
        setup.make_default(stage("cold_lead"))


@pytest.mark.req("LIFE-17")
def test_contacts_of_a_deleted_stage_go_to_the_chosen_one_with_a_history_entry() -> None:
    lea = make.staff("Léa Fontaine")
    crowd = [make.contact() for _ in range(12)]
    assert setup.count_inside(stage("new_lead")) == 12

    assert setup.delete_stage(stage("new_lead"), by=lea, move_to=stage("hot_lead")) == 12

    assert {contact.lifecycle_stage for contact in crowd} == {stage("hot_lead")}
    for contact in crowd:
        newest = timeline.timeline_of(contact).rows[0]
        assert (newest.sentence, newest.by) == ("Moved from 🌱 New lead to 🔥 Hot lead", "Léa Fontaine")


@pytest.mark.req("LIFE-17")
def test_or_they_end_with_no_stage() -> None:
    ana = make.contact("Ana Silva")

    setup.delete_stage(stage("new_lead"), by=make.staff())

    assert ana.lifecycle_stage is None


@pytest.mark.req("LIFE-18")
def test_the_last_ordinary_stage_stays_whatever_the_lost_ones() -> None:
    lea = make.staff()
    for key in ("new_lead", "hot_lead", "payment"):
        setup.delete_stage(stage(key), by=lea)

    with pytest.raises(setup.LastStage):
        setup.delete_stage(stage("customer"), by=lea)


@pytest.mark.req("LIFE-01")
def test_stages_are_shown_until_somebody_hides_them_and_nobody_loses_theirs() -> None:
    ana = make.contact("Ana Silva")
    assert stages.is_shown()

    setup.show_lifecycle(False)
    assert not stages.is_shown()
    assert ana.lifecycle_stage is stage("new_lead")

    setup.show_lifecycle(True)
    assert stages.is_shown()
