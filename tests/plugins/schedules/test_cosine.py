"""The cosine schedule."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit import ScheduleTask
from sightkit_plugins.schedules.cosine import CosineParams, build_cosine


def rates(total_steps: int = 100, **params) -> list[float]:
    task = ScheduleTask(learning_rate=0.1, total_steps=total_steps, steps_per_epoch=10)
    schedule = build_cosine(CosineParams(**params), task)
    return [schedule(step) for step in range(total_steps + 1)]


def test_the_rate_falls_from_the_optimizers_to_nothing_along_half_a_wave():
    values = rates()
    assert [values[step] for step in (0, 25, 50, 75, 100)] == pytest.approx(
        [0.1, 0.0853553, 0.05, 0.0146447, 0.0], abs=1e-7
    )


def test_the_final_fraction_is_where_it_ends():
    assert rates(final_fraction=0.2)[-1] == pytest.approx(0.02)


def test_the_wave_begins_after_the_warm_up():
    values = rates(warmup_epochs=2.0)
    assert values[19] < values[20] == pytest.approx(0.1)
    assert values[60] == pytest.approx(0.05)


@given(st.integers(1, 300), st.floats(0, 1))
def test_the_rate_never_rises_and_stays_between_its_ends(total_steps, final_fraction):
    values = rates(total_steps, final_fraction=final_fraction)
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(0.1)
    assert values[-1] == pytest.approx(0.1 * final_fraction)
