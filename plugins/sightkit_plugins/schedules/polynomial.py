"""Polynomial: a learning rate that falls in a straight line, or along a power of what is left of the training."""

from __future__ import annotations

import math

from pydantic import Field

from sightkit import Schedule, ScheduleFunction, ScheduleTask, hookimpl
from sightkit_plugins.schedules._warmup import WarmupParams, after_warmup, warmup_steps


class PolynomialParams(WarmupParams):
    """Parameters of ``[schedule] use = "polynomial"``."""

    power: float = Field(1.0, gt=0, description="1: a straight line; above: fast first; below: fast at the end.")
    final_fraction: float = Field(
        0.0, ge=0, le=1, description="What it falls to at the end, as a fraction of the learning rate."
    )


def build_polynomial(params: PolynomialParams, task: ScheduleTask) -> ScheduleFunction:
    """Return a fall from the optimizer's learning rate to ``final_fraction`` of it after the last step.

    Source: the "poly" policy of Liu, Rabinovich & Berg, "ParseNet: Looking Wider to See Better", 2015.
    """
    warmup = warmup_steps(params, task)
    length = task.total_steps - warmup

    def rate(step: int) -> float:
        left = math.pow(max(1 - step / length, 0.0), params.power)
        return task.learning_rate * (params.final_fraction + (1 - params.final_fraction) * left)

    return after_warmup(rate, steps=warmup)


@hookimpl
def sightkit_schedules() -> list[Schedule[PolynomialParams]]:
    """Offer the polynomial schedule."""
    return [
        Schedule(
            name="polynomial",
            summary="Falls in a straight line, or along a power of it.",
            params=PolynomialParams,
            build=build_polynomial,
        )
    ]
