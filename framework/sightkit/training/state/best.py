"""The best weights of a training, kept in memory."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray


class BestWeights:
    """Keeps a copy of the weights of a model from the epoch whose monitored value was best.

    Args:
        model: Whose weights.
        higher_is_better: The direction of the monitored value.

    Attributes:
        epoch: The best epoch so far, ``None`` before the first.
        value: Its monitored value; ``nan`` while no epoch had a number.
    """

    def __init__(self, model: keras.Model, *, higher_is_better: bool) -> None:
        self._variables = list(model.weights)
        self._sign = 1 if higher_is_better else -1
        self._kept: list[NDArray[np.generic]] = []
        self.epoch: int | None = None
        self.value = math.nan

    def update(self, epoch: int, value: float) -> bool:
        """Keep the weights as they are now if no ``value`` before was better, and say whether it is.

        Of equal values, which a small validation split gives often, the later one wins: its weights have seen more,
        mostly at a lower learning rate. ``nan`` never wins.
        """
        better = not math.isnan(value) and (self.epoch is None or self._sign * value >= self._sign * self.value)
        if better:
            self.epoch, self.value = epoch, value
            self._kept = [variable.numpy().copy() for variable in self._variables]
        return better

    def state(self) -> dict[str, Any]:
        """Return which epoch was best, as JSON can hold it; its weights are `weights`."""
        return {"epoch": self.epoch, "value": self.value}

    @property
    def weights(self) -> list[NDArray[np.generic]]:
        """The weights of the best epoch, in the order of the model's; empty before the first."""
        return self._kept

    def go_on(self, state: Mapping[str, Any], weights: Sequence[NDArray[np.generic]]) -> None:
        """Go on from what `state` and `weights` were."""
        self.epoch, self.value, self._kept = state["epoch"], state["value"], list(weights)

    def restore(self) -> None:
        """Give the model the weights of the best epoch; leave it alone before the first."""
        for variable, value in zip(self._variables, self._kept, strict=bool(self._kept)):
            variable.assign(value)
