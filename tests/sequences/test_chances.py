"""How far shares can be trusted: the published examples of Wilson's and Newcombe's intervals."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.sequences.chances import FEWEST, Share, ahead_of_all, lead


@pytest.mark.parametrize(
    ("part", "whole", "low", "high"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe 1998, "Two-sided confidence intervals for the single proportion", table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0000, 0.1611),
        (1, 29, 0.0061, 0.1718),
    ],
)
def test_shares_lie_where_wilson_says(part: int, whole: int, low: float, high: float) -> None:
    assert Share(part, whole).interval() == pytest.approx((low, high), abs=0.00006)


@pytest.mark.parametrize(
    ("one", "other", "low", "high"),
    [
        (
            Share(56, 70),
            Share(48, 80),
            0.0524,
            0.3339,
        ),  # Newcombe 1998, "Interval estimation for the difference", table II
        (Share(9, 10), Share(3, 10), 0.1705, 0.8090),
        (Share(10, 10), Share(0, 20), 0.6791, 1.0000),
    ],
)
def test_two_shares_lie_apart_as_newcombe_says(one: Share, other: Share, low: float, high: float) -> None:
    assert lead(one, other) == pytest.approx((low, high), abs=0.00006)


def test_a_branch_is_ahead_only_of_enough_people_and_beyond_chance() -> None:
    assert ahead_of_all([Share(60, 200), Share(30, 200)]) == 0
    assert ahead_of_all([Share(30, 200), Share(60, 200)]) == 1
    assert ahead_of_all([Share(34, 200), Share(30, 200)]) is None
    assert ahead_of_all([Share(20, FEWEST - 1), Share(1, 200)]) is None
    assert ahead_of_all([Share(20, 40)]) is None


def test_of_several_branches_the_best_has_to_be_surer() -> None:
    two = [Share(44, 200), Share(28, 200)]
    assert ahead_of_all(two) == 0
    assert ahead_of_all([*two, Share(28, 200), Share(28, 200), Share(28, 200)]) is None


@given(st.integers(0, 400), st.integers(1, 400))
def test_what_was_counted_lies_within_its_interval(part: int, whole: int) -> None:
    share = Share(min(part, whole), whole)
    low, high = share.interval()
    assert 0 <= low <= share.value + 1e-12
    assert share.value <= high + 1e-12 <= 1 + 1e-11
