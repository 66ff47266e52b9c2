"""Cosine: a learning rate that falls along half a cosine wave."""

from __future__ import annotations

import math

from pydantic import Field

from sightkit import Schedule, ScheduleFunction, ScheduleTask, hookimpl
from sightkit_plugins.schedules._warmup import WarmupParams, after_warmup, warmup_steps


class CosineParams(WarmupParams):
    """Parameters of ``[schedule] use = "cosine"``."""

    final_fraction: float = Field(
        0.0, ge=0, le=1, description="What it falls to at the end, as a fraction of the learning rate."
    )


def build_cosine(params: CosineParams, task: ScheduleTask) -> ScheduleFunction:
    """Return a fall from the optimizer's learning rate to ``final_fraction`` of it after the last step.

    Source: Loshchilov & Hutter, "SGDR: Stochastic Gradient Descent with Warm Restarts", ICLR 2017, without restarts.
    """
    warmup = warmup_steps(params, task)
    length = task.total_steps - warmup

    def rate(step: int) -> float:
        wave = (1 + math.cos(math.pi * min(step / length, 1.0))) / 2
        return task.learning_rate * (params.final_fraction + (1 - params.final_fraction) * wave)

    return after_warmup(rate, steps=warmup)


@hookimpl
def sightkit_schedules() -> list[Schedule[CosineParams]]:
    """Offer the cosine schedule."""
    return [
        Schedule(
            name="cosine",
            summary="Falls along half a cosine wave; a good first choice when the number of epochs is known.",
            params=CosineParams,
            build=build_cosine,
        )
    ]
