"""What every schedule that ships with sightkit owes, with whatever parameters it takes."""

from __future__ import annotations

import json
import math

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from sightkit import Registry, Schedule, ScheduleTask

FOUND = {
    found.component.name: found.component
    for found in Registry().catalogue.all(Schedule)
    if found.origin.startswith("sightkit ")
}
FRACTIONS = st.floats(0, 1)
FACTORS = st.floats(1e-6, 1)
PARAMS = {
    "constant": st.fixed_dictionaries({}),
    "cosine": st.fixed_dictionaries({"final_fraction": FRACTIONS}),
    "exponential": st.one_of(
        st.fixed_dictionaries({"final_fraction": FACTORS}), st.fixed_dictionaries({"factor": FACTORS})
    ),
    "one-cycle": st.fixed_dictionaries(
        {
            "rise": st.floats(1e-3, 0.999),
            "initial_fraction": FRACTIONS,
            "final_fraction": FRACTIONS,
            "shape": st.sampled_from(["cosine", "linear"]),
        }
    ),
    "polynomial": st.fixed_dictionaries({"power": st.floats(0.1, 10), "final_fraction": FRACTIONS}),
    "step": st.one_of(
        st.fixed_dictionaries({"factor": FACTORS, "every_epochs": st.floats(0.01, 20)}),
        st.fixed_dictionaries({"factor": FACTORS, "epochs": st.lists(st.floats(0.01, 20), unique=True).map(sorted)}),
    ),
}
TASKS = st.builds(
    ScheduleTask,
    learning_rate=st.floats(1e-6, 10),
    total_steps=st.integers(1, 200),
    steps_per_epoch=st.integers(1, 30),
)
WITH_WARM_UP = sorted(set(PARAMS) - {"one-cycle"})  # which is its own


def rates(name: str, task: ScheduleTask, **params) -> list[float]:
    """The rate of each step, and of the one after the last, from parameters as an experiment has them."""
    component = FOUND[name]
    schedule = component.build(component.params.model_validate_json(json.dumps(params)), task)
    return [schedule(step) for step in range(task.total_steps + 1)]


def test_every_schedule_that_ships_is_tried_here():
    assert sorted(FOUND) == sorted(PARAMS)


@pytest.mark.parametrize("name", sorted(PARAMS))
@given(data=st.data(), task=TASKS)
def test_rates_are_finite_never_negative_and_never_above_the_learning_rate(name, data, task):
    for rate in rates(name, task, **data.draw(PARAMS[name])):
        assert isinstance(rate, float)
        assert math.isfinite(rate)
        assert 0 <= rate <= task.learning_rate * (1 + 1e-12)


@pytest.mark.parametrize("name", sorted(PARAMS))
@given(data=st.data(), task=TASKS)
def test_rates_are_proportional_to_the_learning_rate(name, data, task):
    params = data.draw(PARAMS[name])
    unit = ScheduleTask(learning_rate=1.0, total_steps=task.total_steps, steps_per_epoch=task.steps_per_epoch)
    expected = [rate * task.learning_rate for rate in rates(name, unit, **params)]
    assert rates(name, task, **params) == pytest.approx(expected, rel=1e-9)


@pytest.mark.parametrize("name", WITH_WARM_UP)
@given(data=st.data(), task=TASKS, warmup=st.integers(1, 100))
def test_a_warm_up_rises_in_equal_steps_to_the_first_rate_after_it(name, data, task, warmup):
    assume(warmup < task.total_steps)
    params = data.draw(PARAMS[name])
    found = rates(name, task, **params, warmup_epochs=warmup / task.steps_per_epoch)
    peak = found[warmup]
    assert found[:warmup] == pytest.approx([peak * (step + 1) / (warmup + 1) for step in range(warmup)])
    assert found[warmup:] == sorted(found[warmup:], reverse=True)


@pytest.mark.parametrize("name", WITH_WARM_UP)
@given(data=st.data(), task=TASKS)
def test_without_a_warm_up_the_first_rate_is_the_learning_rate_and_none_rises(name, data, task):
    found = rates(name, task, **data.draw(PARAMS[name]))
    assert found[0] == pytest.approx(task.learning_rate)
    assert found == sorted(found, reverse=True)
