"""The exponential schedule."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightkit import ScheduleTask
from sightkit_plugins.schedules.exponential import ExponentialParams, build_exponential

TASK = ScheduleTask(learning_rate=0.1, total_steps=80, steps_per_epoch=10)


def rates(**params) -> list[float]:
    schedule = build_exponential(ExponentialParams(**params), TASK)
    return [schedule(step) for step in range(TASK.total_steps + 1)]


def test_by_default_it_falls_to_a_hundredth_at_the_end():
    values = rates()
    assert [values[0], values[40], values[80]] == pytest.approx([0.1, 0.01, 0.001])


def test_the_final_fraction_is_where_it_ends_after_a_warm_up_too():
    assert rates(final_fraction=0.2)[-1] == pytest.approx(0.02)
    assert rates(final_fraction=0.2, warmup_epochs=2.0)[-1] == pytest.approx(0.02)


def test_the_factor_is_that_of_an_epoch():
    values = rates(factor=0.5)
    assert [values[0], values[10], values[30]] == pytest.approx([0.1, 0.05, 0.0125])


@given(st.floats(1e-6, 1))
def test_each_step_falls_by_the_same_factor(final_fraction):
    values = rates(final_fraction=final_fraction)
    factors = [after / before for before, after in itertools.pairwise(values)]
    assert factors == pytest.approx([final_fraction ** (1 / 80)] * 80)


def test_two_ways_to_say_it_at_once_are_refused():
    with pytest.raises(ValidationError, match="expected final_fraction or factor, found both"):
        ExponentialParams(factor=0.5, final_fraction=0.1)


@pytest.mark.parametrize("params", [{"factor": 0}, {"factor": 1.1}, {"final_fraction": 0}, {"final_fraction": -1}])
def test_what_is_no_fall_to_a_positive_rate_is_refused(params):
    with pytest.raises(ValidationError):
        ExponentialParams(**params)
