"""The learning rate of each step: what the schedule says times a scale that callbacks may change."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from numbers import Real
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import PluginError

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.contracts import ScheduleFunction


class LearningRate:
    """Schedule times scale, shown to callbacks through the optimizer and adopted when one of them changes it.

    Args:
        optimizer: Holds the rate in a plain variable.
        schedule: The learning rate at a step of the stage.

    Attributes:
        scale: What the schedule is multiplied with; 1 until a callback sets the optimizer's learning rate.

    Raises:
        PluginError: the optimizer is none, or its learning rate is a Keras schedule or a function.
    """

    def __init__(self, optimizer: keras.optimizers.Optimizer, schedule: ScheduleFunction) -> None:
        self._variable: Any = getattr(optimizer, "learning_rate", None)
        if not hasattr(self._variable, "assign"):
            message = (
                f"the optimizer {type(optimizer).__name__} has the learning rate {self._variable!r}; expected a plain "
                "number, which sightkit's schedules then change"
            )
            raise PluginError(message)
        self._schedule = schedule
        self._shown = np.float32(0.0)
        self.scale = 1.0

    def state(self) -> dict[str, float]:
        """Return what `restore` goes on from."""
        return {"scale": self.scale, "last": self.last}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from what `state` returned."""
        self.scale, self._shown = state["scale"], np.float32(state["last"])

    @property
    def last(self) -> float:
        """The rate of the last step that was asked for."""
        return float(self._shown)

    def take(self, first: int, count: int) -> NDArray[np.float32]:
        """Return the rates float32 ``(count,)`` from step ``first`` on; the loop gives them to the optimizer."""
        steps = range(first, first + count)
        rates = np.array([self._schedule(step) * self.scale for step in steps], np.float32)
        self._shown = rates[-1]
        return rates

    @contextmanager
    def open_to_callbacks(self, *, step: int | None = None) -> Iterator[None]:
        """Let callbacks read and change the optimizer's rate: that of ``step``, or the last one taken.

        What they make of it becomes the scale; a rate of zero cannot be scaled, and a change of it is lost.
        """
        if step is not None:
            self.take(step, 1)
        self._variable.assign(self._shown)  # a step whose gradients were only gathered has not done it
        yield
        found = np.float32(self._variable.numpy())
        changed = found != self._shown
        if changed and self._shown > 0:
            self.scale *= float(found) / float(self._shown)
            self._shown = found


def rate_at(schedule: ScheduleFunction, step: int, *, whose: str = "the schedule") -> float:
    """Return what a schedule, which messages call ``whose``, says for a step.

    Raises:
        PluginError: it is something else than a finite number of at least 0.
    """
    rate = schedule(step)
    if not isinstance(rate, Real) or not 0 <= rate < math.inf:
        message = f"{whose} returned {rate!r} for step {step}; expected a finite number of at least 0"
        raise PluginError(message)
    return float(rate)
