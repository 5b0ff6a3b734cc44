"""The drawing of a sequence: nothing overlaps, nothing moves without need, and it is quick."""

from __future__ import annotations

import cProfile
import re
from dataclasses import replace
from itertools import combinations, count

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.sequences.builder.layout import EDGE, PLUS, Box, Item, Layout, lay_out, walk

_ids = count()


def _step(waits: bool = False, branches: tuple[tuple[str, tuple[Item, ...]], ...] = (), shape: str = "") -> Item:
    return Item(f"s{next(_ids)}", shape or ("fork" if branches else "step"), waits, branches)  # type: ignore[arg-type]


_steps = st.builds(_step, st.booleans())


def _forks(chains: st.SearchStrategy[tuple[Item, ...]]) -> st.SearchStrategy[Item]:
    return st.builds(
        lambda waits, parts: _step(waits, tuple((f"b{place}", part) for place, part in enumerate(parts))),
        st.booleans(),
        st.lists(chains, min_size=2, max_size=3),
    )


_chains = st.recursive(
    st.lists(_steps, max_size=4).map(tuple),
    lambda chains: st.tuples(
        st.lists(_steps, max_size=2), st.lists(_forks(chains), min_size=1, max_size=2), st.lists(_steps, max_size=2)
    ).map(lambda parts: (*parts[0], *parts[1], *parts[2])),
    max_leaves=24,
)


def _overlap(one: Box, other: Box) -> bool:
    return (
        one.left < other.left + other.width
        and other.left < one.left + one.width
        and one.y < other.bottom
        and other.y < one.bottom
    )


def _verticals(drawing: Layout) -> list[tuple[float, float, float]]:
    """The straight downward parts of every connector: x, top, bottom."""
    found = []
    for edge in drawing.edges:
        x = y = 0.0
        for letter, numbers in re.findall(r"([Mvhq])([-\d. ]+)", edge.path):
            values = [float(number) for number in numbers.split()]
            if letter == "v":
                found.append((x, y, y + values[0]))
                y += values[0]
            elif letter == "h":
                x += values[0]
            else:
                x, y = x + values[-2], y + values[-1]
    return found


@given(_chains)
@settings(max_examples=150, deadline=None)
def test_no_box_lies_on_another_and_no_connector_crosses_one(steps: tuple[Item, ...]) -> None:
    drawing = lay_out(steps)

    assert [pair for pair in combinations(drawing.boxes, 2) if _overlap(*pair)] == []
    for x, top, bottom in _verticals(drawing):
        for box in drawing.boxes:
            assert not (box.left < x < box.left + box.width and top < box.y and box.bottom < bottom), (
                box,
                x,
                top,
                bottom,
            )


@given(_chains)
@settings(max_examples=100, deadline=None)
def test_every_step_is_drawn_once_and_every_branch_offers_a_place_for_its_first_step(steps: tuple[Item, ...]) -> None:
    drawing = lay_out(steps)

    items = list(walk(steps))
    drawn = [box.id for box in drawing.boxes if box.shape in {"step", "fork", "stop"}]
    assert sorted(drawn) == sorted(item.id for item in items)
    spots = [plus.spot for plus in drawing.pluses]
    assert len(spots) == len(set(spots))
    assert {f"in:{item.id}:{key}" for item in items for key, _ in item.branches} <= set(spots)
    assert {f"wait:{item.id}" for item in items if item.waits} <= set(spots)


@given(_chains)
@settings(max_examples=100, deadline=None)
def test_a_plus_can_be_reached_without_touching_a_box(steps: tuple[Item, ...]) -> None:
    drawing = lay_out(steps, takes_before=True)

    for plus in drawing.pluses:
        spot = Box("plus", "end", plus.x, plus.y)
        for box in drawing.boxes:
            near_x = box.left - PLUS < spot.x < box.left + box.width + PLUS
            near_y = box.y - 4 < plus.y < box.bottom + 4
            assert not (near_x and near_y), (plus, box)


@given(_chains, st.integers(min_value=0, max_value=4))
@settings(max_examples=100, deadline=None)
def test_a_new_step_leaves_the_trigger_and_what_is_above_where_they_were(steps: tuple[Item, ...], at: int) -> None:
    at = min(at, len(steps))
    before = {box.id: box for box in lay_out(steps).boxes}
    after = {box.id: box for box in lay_out((*steps[:at], _step(), *steps[at:])).boxes}

    assert after["trigger"] == before["trigger"]
    for item in walk(steps[: max(at - 1, 0)]):
        assert (after[item.id].x, after[item.id].y) == (before[item.id].x, before[item.id].y)
    for item in walk(steps[at:]):
        assert after[item.id].y == before[item.id].y + Box("", "step", 0, 0).height + EDGE


def test_a_step_added_at_the_end_of_one_branch_moves_nothing_else() -> None:
    yes, no = (_step(), _step()), (_step(True),)
    fork = _step(branches=(("then", yes), ("else", no)))
    before = {box.id: (box.x, box.y) for box in lay_out((_step(), fork)).boxes if not box.id.endswith("end")}

    longer = replace(fork, branches=(("then", yes), ("else", (*no, _step()))))
    after = {box.id: (box.x, box.y) for box in lay_out((_step(), longer)).boxes}

    assert {
        key: place for key, place in after.items() if key in before and key.startswith("s")
    }.items() <= before.items()


@pytest.mark.req("SEQ-06", "SEQ-08")
def test_a_condition_has_two_branches_side_by_side_which_join_for_what_follows() -> None:
    fork = _step(branches=(("then", (_step(),)), ("else", ())))
    last = _step()
    drawing = lay_out((fork, last))

    boxes = {box.id: box for box in drawing.boxes}
    then, other = drawing.labels
    assert (then.branch, other.branch) == ("then", "else")
    assert then.x < 0 < other.x
    assert then.x == -other.x
    assert boxes[last.id].x == 0
    assert boxes[last.id].y > boxes[fork.branches[0][1][0].id].bottom
    assert {f"{fork.id}~then~join", f"{fork.id}~else~join"} <= {edge.id for edge in drawing.edges}


@pytest.mark.req("SEQ-13", "SEQ-14")
def test_steps_before_the_trigger_stand_in_a_lane_above_it_earliest_on_top() -> None:
    early, late = _step(), _step()
    drawing = lay_out((_step(),), (early, late), takes_before=True)

    boxes = {box.id: box for box in drawing.boxes}
    assert boxes[early.id].bottom < boxes[late.id].y < boxes["trigger"].y
    assert drawing.lane is not None
    assert drawing.lane.y < boxes[f"{early.id}~offset"].y
    assert [plus.spot for plus in drawing.pluses if plus.y < 0] == ["lane"]


@pytest.mark.req("SEQ-14")
def test_the_plus_above_the_trigger_is_there_only_where_steps_before_it_are_possible() -> None:
    assert not [plus for plus in lay_out(()).pluses if plus.y < 0]
    assert [plus.spot for plus in lay_out((), takes_before=True).pluses if plus.y < 0] == ["lane"]


def test_nobody_goes_on_after_a_stop() -> None:
    stop = _step(shape="stop")
    fork = _step(branches=(("then", (stop,)), ("else", (_step(),))))
    drawing = lay_out((fork, _step()))

    assert f"{fork.id}~then~join" not in {edge.id for edge in drawing.edges}
    assert f"after:{stop.id}" not in {plus.spot for plus in drawing.pluses}


def test_the_work_grows_with_the_steps_and_no_faster() -> None:
    def tree(depth: int) -> tuple[Item, ...]:
        steps = tuple(_step(place % 2 == 0) for place in range(8))
        return steps if depth == 0 else (*steps, _step(branches=(("then", tree(depth - 1)), ("else", tree(depth - 1)))))

    def calls_a_step(steps: tuple[Item, ...]) -> float:
        profile = cProfile.Profile()
        profile.runcall(lay_out, steps)
        return sum(entry.callcount for entry in profile.getstats()) / sum(1 for _ in walk(steps))

    assert sum(1 for _ in walk(tree(5))) > 500
    assert calls_a_step(tree(5)) < 1.5 * calls_a_step(tree(2))
