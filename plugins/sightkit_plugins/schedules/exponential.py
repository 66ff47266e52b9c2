"""Exponential: a learning rate that is multiplied by the same factor in every step."""

from __future__ import annotations

import math

from pydantic import Field, model_validator

from sightkit import Schedule, ScheduleFunction, ScheduleTask, hookimpl
from sightkit_plugins.schedules._warmup import WarmupParams, after_warmup, warmup_steps

USUAL_FINAL_FRACTION = 0.01


class ExponentialParams(WarmupParams):
    """Parameters of ``[schedule] use = "exponential"``."""

    final_fraction: float | None = Field(
        None,
        gt=0,
        le=1,
        description=f"What it falls to at the end, as a fraction of the learning rate; {USUAL_FINAL_FRACTION} by "
        "default.",
    )
    factor: float | None = Field(
        None, gt=0, le=1, description="What it is multiplied by in each epoch, however many there are, instead."
    )

    @model_validator(mode="after")
    def _fall_is_said_once(self) -> ExponentialParams:
        if self.final_fraction is not None and self.factor is not None:
            message = "expected final_fraction or factor, found both"
            raise ValueError(message)
        return self


def build_exponential(params: ExponentialParams, task: ScheduleTask) -> ScheduleFunction:
    """Return a fall from the optimizer's learning rate, by the same factor in every step after the warm-up."""
    warmup = warmup_steps(params, task)
    if params.factor is None:
        whole, length = params.final_fraction or USUAL_FINAL_FRACTION, task.total_steps - warmup
    else:
        whole, length = params.factor, task.steps_per_epoch

    def rate(step: int) -> float:
        return task.learning_rate * math.pow(whole, step / length)

    return after_warmup(rate, steps=warmup)


@hookimpl
def sightkit_schedules() -> list[Schedule[ExponentialParams]]:
    """Offer the exponential schedule."""
    return [
        Schedule(
            name="exponential",
            summary="Falls by the same factor in every step.",
            params=ExponentialParams,
            build=build_exponential,
        )
    ]
