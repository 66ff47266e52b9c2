"""The step schedule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightkit import ScheduleTask
from sightkit_plugins.schedules.step import StepParams, build_step

TASK = ScheduleTask(learning_rate=1.0, total_steps=80, steps_per_epoch=10)


def rates(task: ScheduleTask = TASK, **params) -> list[float]:
    schedule = build_step(StepParams(**params), task)
    return [schedule(step) for step in range(task.total_steps)]


def drops(values: list[float]) -> list[int]:
    """The steps that are the first with a lower rate."""
    return [step for step in range(1, len(values)) if values[step] < values[step - 1]]


def test_it_drops_by_the_factor_when_the_epochs_that_are_named_are_over():
    values = rates(epochs=(2, 5.5), factor=0.5)
    assert drops(values) == [20, 55]
    assert [values[0], values[20], values[79]] == [1.0, 0.5, 0.25]


def test_it_drops_each_time_that_so_many_epochs_are_over():
    values = rates(every_epochs=3, factor=0.5)
    assert drops(values) == [30, 60]
    assert values[-1] == 0.25


def test_by_default_it_drops_to_a_tenth_after_a_half_and_three_quarters():
    values = rates()
    assert drops(values) == [40, 60]
    assert values[-1] == pytest.approx(0.01)


def test_a_warm_up_does_not_shift_the_drops():
    values = rates(epochs=(2, 5), warmup_epochs=1.0)
    assert drops(values) == [20, 50]
    assert values[9] < values[10] == 1.0


def test_drops_beyond_the_end_are_no_mistake():
    assert drops(rates(epochs=(2, 30, 60))) == [20]


@given(st.integers(1, 50), st.integers(1, 50), st.floats(1e-9, 100))
def test_the_first_step_always_has_the_whole_rate(total_steps, steps_per_epoch, epochs):
    task = ScheduleTask(learning_rate=1.0, total_steps=total_steps, steps_per_epoch=steps_per_epoch)
    for params in ({}, {"every_epochs": epochs}, {"epochs": (epochs,)}):
        assert rates(task, **params)[0] == 1.0


def test_two_ways_to_say_it_at_once_are_refused():
    with pytest.raises(ValidationError, match="expected epochs or every_epochs, found both"):
        StepParams(epochs=(1,), every_epochs=2)


@pytest.mark.parametrize("epochs", [(2, 1), (2, 2)])
def test_epochs_that_do_not_increase_are_refused(epochs):
    with pytest.raises(ValidationError, match="expected epochs that increase"):
        StepParams(epochs=epochs)
