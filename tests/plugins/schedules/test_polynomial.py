"""The polynomial schedule."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightkit import ScheduleTask
from sightkit_plugins.schedules.polynomial import PolynomialParams, build_polynomial

TASK = ScheduleTask(learning_rate=0.1, total_steps=100, steps_per_epoch=10)


def rates(**params) -> list[float]:
    schedule = build_polynomial(PolynomialParams(**params), TASK)
    return [schedule(step) for step in range(TASK.total_steps + 1)]


def test_by_default_it_is_a_straight_line_to_nothing():
    assert rates() == pytest.approx([0.001 * left for left in range(100, -1, -1)])


def test_the_power_bends_the_line():
    assert rates(power=2.0)[50] == pytest.approx(0.1 / 4)
    assert rates(power=0.5)[50] == pytest.approx(0.1 / 2**0.5)


@given(st.floats(0.1, 10), st.floats(0, 1))
def test_the_final_fraction_is_where_it_ends(power, final_fraction):
    assert rates(power=power, final_fraction=final_fraction)[-1] == pytest.approx(0.1 * final_fraction)


@given(st.floats(1, 10), st.floats(0, 1))
def test_no_step_falls_by_more_than_the_power_allows(power, final_fraction):
    # The line is steepest at its beginning, where it falls by `power` times the straight line's part.
    falls = [before - after for before, after in itertools.pairwise(rates(power=power, final_fraction=final_fraction))]
    assert max(falls) <= power * 0.1 * (1 - final_fraction) / 100 + 1e-12


def test_it_begins_after_the_warm_up():
    values = rates(warmup_epochs=2.0)
    assert values[19] < values[20] == pytest.approx(0.1)
    assert values[60] == pytest.approx(0.05)


def test_a_power_of_nothing_is_refused():
    with pytest.raises(ValidationError):
        PolynomialParams(power=0.0)
