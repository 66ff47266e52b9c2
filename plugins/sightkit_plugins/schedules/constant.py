"""Constant: the same learning rate from beginning to end."""

from __future__ import annotations

from sightkit import Schedule, ScheduleFunction, ScheduleTask, hookimpl
from sightkit_plugins.schedules._warmup import WarmupParams, after_warmup, warmup_steps


class ConstantParams(WarmupParams):
    """Parameters of ``[schedule] use = "constant"``."""


def build_constant(params: ConstantParams, task: ScheduleTask) -> ScheduleFunction:
    """Return the optimizer's own learning rate at every step after the warm-up."""
    return after_warmup(lambda _step: task.learning_rate, steps=warmup_steps(params, task))


@hookimpl
def sightkit_schedules() -> list[Schedule[ConstantParams]]:
    """Offer the constant schedule."""
    return [
        Schedule(
            name="constant",
            summary="The same learning rate from beginning to end.",
            params=ConstantParams,
            build=build_constant,
        )
    ]
