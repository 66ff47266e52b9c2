"""A Keras callback that measures the weights; a module of its own, since the class needs Keras to be defined."""

from __future__ import annotations

import math
from collections.abc import Mapping

import keras


class WeightNorm(keras.callbacks.Callback):  # type: ignore[misc]  # Keras is not annotated
    """The L2 norm of all trainable weights together, at the end of each epoch.

    Weights that keep growing while the loss no longer falls are an early sign that weight decay is too small.

    Attributes:
        value: The norm; ``nan`` before the first epoch has ended.
    """

    def __init__(self) -> None:
        super().__init__()
        self.value = math.nan

    def on_epoch_end(self, epoch: int, logs: Mapping[str, float] | None = None) -> None:  # noqa: ARG002
        """Measure."""
        ops = keras.ops
        self.value = float(sum(ops.sum(ops.square(weight)) for weight in self.model.trainable_variables)) ** 0.5
