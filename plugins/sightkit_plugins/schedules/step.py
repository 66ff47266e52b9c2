"""Step: a learning rate that drops at some epochs and stays the same between them."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable
from itertools import pairwise
from typing import Annotated

from pydantic import Field, model_validator

from sightkit import Schedule, ScheduleFunction, ScheduleTask, hookimpl
from sightkit_plugins.schedules._warmup import WarmupParams, after_warmup, warmup_steps

USUAL_DROPS = (1 / 2, 3 / 4)
"""Of the training. He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, on CIFAR-10."""


class StepParams(WarmupParams):
    """Parameters of ``[schedule] use = "step"``."""

    factor: float = Field(0.1, gt=0, le=1, description="What the learning rate is multiplied by at each drop.")
    epochs: tuple[Annotated[float, Field(gt=0)], ...] = Field(
        (),
        description="After how many epochs of the stage it drops: [30, 60, 80]. By default, after a half and three "
        "quarters of them.",
    )
    every_epochs: float | None = Field(None, gt=0, description="Drop each time so many epochs are over, instead.")

    @model_validator(mode="after")
    def _drops_are_said_once(self) -> StepParams:
        if self.epochs and self.every_epochs is not None:
            message = "expected epochs or every_epochs, found both"
            raise ValueError(message)
        if any(late <= early for early, late in pairwise(self.epochs)):
            message = f"expected epochs that increase, found {list(self.epochs)}"
            raise ValueError(message)
        return self


def build_step(params: StepParams, task: ScheduleTask) -> ScheduleFunction:
    """Return the optimizer's learning rate, multiplied by ``factor`` at each drop.

    Drops are counted from the beginning of the stage, so that a warm-up does not shift them.
    """
    warmup = warmup_steps(params, task)
    count = drops(params, task)
    return after_warmup(lambda step: task.learning_rate * params.factor ** count(step + warmup), steps=warmup)


def drops(params: StepParams, task: ScheduleTask) -> Callable[[int], int]:
    """Return the function that says how many drops there were before a step of the stage."""
    if params.every_epochs is not None:
        period = at_least_one(params.every_epochs * task.steps_per_epoch)
        return lambda step: step // period
    if params.epochs:
        at = [at_least_one(epoch * task.steps_per_epoch) for epoch in params.epochs]
    else:
        at = [at_least_one(part * task.total_steps) for part in USUAL_DROPS]
    return lambda step: bisect_right(at, step)


def at_least_one(steps: float) -> int:
    """Return a number of steps, rounded, so that the first step comes before any drop."""
    return max(1, round(steps))


@hookimpl
def sightkit_schedules() -> list[Schedule[StepParams]]:
    """Offer the step schedule."""
    return [
        Schedule(
            name="step",
            summary="Drops at some epochs and stays the same between them.",
            params=StepParams,
            build=build_step,
        )
    ]
