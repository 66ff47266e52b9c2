"""Gradients added up over several steps, for batches that are larger than memory allows."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import tensorflow as tf

if TYPE_CHECKING:
    import keras


class Accumulation:
    """The sum of the gradients since the weights were updated last. Keras' own needs one device.

    Args:
        variables: Whose gradients; this is called in the scope of the replicas.
        steps: After so many the weights are updated.

    Attributes:
        variables: The sums, and how many steps they are of.
    """

    def __init__(self, variables: Sequence[keras.Variable], *, steps: int) -> None:
        self._steps = steps
        self._held = tf.Variable(0, trainable=False)
        self._sums = [tf.Variable(tf.zeros(each.shape, each.value.dtype), trainable=False) for each in variables]
        self.variables: list[Any] = [self._held, *self._sums]

    def is_complete(self) -> tf.Tensor:
        """Say whether the gradients of this step are the last ones before an update."""
        return self._held + 1 >= self._steps

    def add(self, gradients: Sequence[tf.Tensor | None]) -> None:
        """Keep the gradients of a step; in replica context."""
        self._held.assign(self._held + 1)
        for total, gradient in zip(self._sums, gradients, strict=True):
            if gradient is not None:
                total.assign(total + gradient)

    def take(self, gradients: Sequence[tf.Tensor | None]) -> list[tf.Tensor | None]:
        """Return the mean of what was kept and the gradients of this step, and begin anew; in replica context."""
        means = [
            None if gradient is None else (total + gradient) / self._steps
            for total, gradient in zip(self._sums, gradients, strict=True)
        ]
        self._held.assign(0)
        for total in self._sums:
            total.assign(tf.zeros_like(total))
        return means
