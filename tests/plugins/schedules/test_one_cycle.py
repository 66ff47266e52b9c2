"""The one-cycle schedule."""

from __future__ import annotations

import itertools
import math

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightkit import ScheduleTask
from sightkit_plugins.schedules.one_cycle import OneCycleParams, build_one_cycle

TASK = ScheduleTask(learning_rate=0.1, total_steps=100, steps_per_epoch=10)
SHAPES = st.sampled_from(["cosine", "linear"])


def rates(**params) -> list[float]:
    schedule = build_one_cycle(OneCycleParams(**params), TASK)
    return [schedule(step) for step in range(TASK.total_steps + 1)]


def test_the_defaults_are_those_of_pytorchs_one_cycle():
    values = rates()
    assert [values[0], values[30], values[100]] == pytest.approx([0.1 / 25, 0.1, 0.1 / 25 / 1e4])


def test_a_cosine_is_half_way_up_and_down_in_the_middle_of_each_part():
    values = rates()
    assert values[15] == pytest.approx((0.1 + 0.004) / 2)
    assert values[65] == pytest.approx((0.1 + 4e-7) / 2)
    assert values[40] == pytest.approx(4e-7 + (0.1 - 4e-7) * (1 + math.cos(math.pi / 7)) / 2)


def test_a_linear_one_rises_and_falls_in_straight_lines():
    values = rates(shape="linear", rise=0.5, initial_fraction=0.0, final_fraction=0.0)
    assert values == pytest.approx([0.002 * min(step, 100 - step) for step in range(101)])


@given(st.integers(1, 99), st.floats(0, 1), st.floats(0, 1), SHAPES)
def test_it_starts_peaks_and_ends_where_it_says(peak, initial, final, shape):
    values = rates(rise=peak / 100, initial_fraction=initial, final_fraction=final, shape=shape)
    assert [values[0], values[peak], values[-1]] == pytest.approx([0.1 * initial, 0.1, 0.1 * final], abs=1e-12)


@given(st.floats(0.01, 0.99), st.floats(0, 1), st.floats(0, 1), SHAPES)
def test_it_rises_to_the_peak_and_falls_from_there_without_a_jump(rise, initial, final, shape):
    values = rates(rise=rise, initial_fraction=initial, final_fraction=final, shape=shape)
    changes = [after - before for before, after in itertools.pairwise(values)]
    peak = math.floor(rise * 100)
    assert all(change >= -1e-15 for change in changes[:peak])
    assert all(change <= 1e-15 for change in changes[peak + 1 :])
    # A cosine is at its steepest pi / 2 times as steep as the straight line.
    steepest = math.pi / 2 * 0.1 * max((1 - initial) / rise, (1 - final) / (1 - rise)) / 100
    assert max(map(abs, changes)) <= steepest + 1e-12


@pytest.mark.parametrize("params", [{"rise": 0.0}, {"rise": 1.0}, {"initial_fraction": 1.1}, {"warmup_epochs": 1.0}])
def test_what_is_no_cycle_is_refused(params):
    with pytest.raises(ValidationError):
        OneCycleParams(**params)
