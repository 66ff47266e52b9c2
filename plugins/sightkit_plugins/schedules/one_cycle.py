"""OneCycle: a learning rate that rises to its maximum and falls again, to almost nothing."""

from __future__ import annotations

import math
from typing import Literal

from pydantic import Field

from sightkit import Params, Schedule, ScheduleFunction, ScheduleTask, hookimpl


class OneCycleParams(Params):
    """Parameters of ``[schedule] use = "one-cycle"``.

    The defaults are those of PyTorch's `OneCycleLR`: ``div_factor = 25`` is ``initial_fraction = 0.04``, and
    ``final_div_factor = 1e4``, which divides that again, is ``final_fraction = 4e-6``. Momentum stays the same.
    """

    rise: float = Field(0.3, gt=0, lt=1, description="Part of the steps in which it rises.")
    initial_fraction: float = Field(
        0.04, ge=0, le=1, description="What it rises from, as a fraction of the learning rate."
    )
    final_fraction: float = Field(
        4e-6, ge=0, le=1, description="What it falls to at the end, as a fraction of the learning rate."
    )
    shape: Literal["cosine", "linear"] = Field(
        "cosine", description="cosine: slow at both ends of the rise and of the fall; linear: straight lines."
    )


def build_one_cycle(params: OneCycleParams, task: ScheduleTask) -> ScheduleFunction:
    """Return a rise to the optimizer's learning rate, and a fall to ``final_fraction`` of it after the last step.

    The rise is the warm-up; it needs no other.

    Source: Smith & Topin, "Super-Convergence: Very Fast Training of Neural Networks Using Large Learning Rates", 2018;
    with two phases, as in fast.ai's version of it.
    """
    between = cosine if params.shape == "cosine" else linear

    def rate(step: int) -> float:
        done = min(step / task.total_steps, 1.0)
        if done < params.rise:
            fraction = between(params.initial_fraction, 1.0, done / params.rise)
        else:
            fraction = between(1.0, params.final_fraction, (done - params.rise) / (1 - params.rise))
        return task.learning_rate * fraction

    return rate


def cosine(start: float, end: float, done: float) -> float:
    """Return the value after a part ``done`` of the way along half a cosine wave."""
    return end + (start - end) * (1 + math.cos(math.pi * done)) / 2


def linear(start: float, end: float, done: float) -> float:
    """Return the value after a part ``done`` of the way along a straight line."""
    return end + (start - end) * (1 - done)


@hookimpl
def sightkit_schedules() -> list[Schedule[OneCycleParams]]:
    """Offer the one-cycle schedule."""
    return [
        Schedule(
            name="one-cycle",
            summary="Rises to the learning rate and falls to almost nothing; allows high learning rates.",
            params=OneCycleParams,
            build=build_one_cycle,
        )
    ]
