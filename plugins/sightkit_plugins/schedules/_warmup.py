"""The linear warm-up that every schedule can begin with."""

from __future__ import annotations

from pydantic import Field

from sightkit import BuildError, Params, ScheduleFunction, ScheduleTask


class WarmupParams(Params):
    """The parameter that schedules with a warm-up share."""

    warmup_epochs: float = Field(
        0.0, ge=0, description="Epochs, or a part of one, in which the learning rate rises from almost nothing."
    )


def warmup_steps(params: WarmupParams, task: ScheduleTask) -> int:
    """Return how many steps the warm-up takes.

    Raises:
        BuildError: it leaves no step after it.
    """
    steps = round(params.warmup_epochs * task.steps_per_epoch)
    if steps >= task.total_steps:
        message = (
            f"[schedule] warmup_epochs = {params.warmup_epochs:g} takes {steps} steps; expected fewer than the "
            f"{task.total_steps} there are; lower it or train for more epochs"
        )
        raise BuildError(message)
    return steps


def after_warmup(schedule: ScheduleFunction, *, steps: int) -> ScheduleFunction:
    """Return ``schedule`` with a linear rise to its first value before it.

    Source: the gradual warm-up of Goyal et al., "Accurate, Large Minibatch SGD: Training ImageNet in 1 Hour", 2017.

    Args:
        schedule: Its step 0 is the first after the warm-up.
        steps: Of the warm-up.
    """

    def rate(step: int) -> float:
        if step < steps:
            return schedule(0) * (step + 1) / (steps + 1)
        return schedule(step - steps)

    return rate
