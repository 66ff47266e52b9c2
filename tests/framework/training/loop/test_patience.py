"""How long a score may stay as it is."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit.training.loop.patience import Patience


def ends(patience: Patience, values: list[float]) -> list[bool]:
    return [patience.ends(value) for value in values]


@pytest.mark.parametrize(
    ("values", "higher_is_better", "expected"),
    [
        ([1, 2, 3, 4], True, [0, 0, 0, 0]),
        ([1, 2, 3, 4], False, [0, 0, 1, 0]),
        ([3, 2, 2, 1], True, [0, 0, 1, 0]),
        ([3, 3, 3, 3, 3], True, [0, 0, 1, 0, 1]),
        ([1, 0, 2, 1, 3], True, [0, 0, 0, 0, 0]),
        ([math.nan, math.nan, 1, math.nan], True, [0, 1, 0, 0]),
        ([-1, -2, -3], True, [0, 0, 1]),
    ],
)
def test_patience_ends_after_so_many_epochs_without_improvement(values, higher_is_better, expected):
    assert ends(Patience(2, higher_is_better=higher_is_better), values) == expected


def test_what_is_less_than_the_least_improvement_is_none():
    patience = Patience(2, higher_is_better=True, min_improvement=0.5)
    assert ends(patience, [1.0, 1.4, 1.5, 1.6]) == [False, False, True, False]


def test_in_a_cooldown_nothing_is_counted():
    patience = Patience(1, higher_is_better=True, cooldown=2)
    assert ends(patience, [1, 1, 1, 1, 1]) == [False, True, False, False, True]


@given(
    values=st.lists(st.floats(-2, 2) | st.just(math.nan), max_size=20),
    place=st.integers(0, 20),
    patience=st.integers(1, 3),
    cooldown=st.integers(0, 2),
    higher=st.booleans(),
)
def test_one_that_goes_on_from_a_state_says_the_same(values, place, patience, cooldown, higher):
    def fresh() -> Patience:
        return Patience(patience, higher_is_better=higher, cooldown=cooldown, min_improvement=0.1)

    first, second = fresh(), fresh()
    before = ends(first, values[:place])
    second.restore(json.loads(json.dumps(first.state(), allow_nan=False)))
    assert before + ends(second, values[place:]) == ends(fresh(), values)
