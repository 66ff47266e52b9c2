"""The constant schedule, and the warm-up that it shares with the others."""

from __future__ import annotations

import pytest

from sightkit import BuildError, ScheduleTask
from sightkit_plugins.schedules.constant import ConstantParams, build_constant

TASK = ScheduleTask(learning_rate=0.1, total_steps=20, steps_per_epoch=4)


def rates(**params) -> list[float]:
    schedule = build_constant(ConstantParams(**params), TASK)
    return [schedule(step) for step in range(TASK.total_steps)]


def test_the_rate_never_changes():
    assert rates() == [0.1] * 20


def test_the_warm_up_rises_in_equal_steps_to_the_rate():
    assert rates(warmup_epochs=1.0) == pytest.approx([0.02, 0.04, 0.06, 0.08] + [0.1] * 16)


def test_the_warm_up_may_be_part_of_an_epoch():
    assert rates(warmup_epochs=0.25)[:2] == pytest.approx([0.05, 0.1])


def test_a_warm_up_that_leaves_no_step_after_it_is_refused():
    with pytest.raises(BuildError, match=r"warmup_epochs = 5 takes 20 steps; expected fewer than the 20 there are"):
        rates(warmup_epochs=5.0)
