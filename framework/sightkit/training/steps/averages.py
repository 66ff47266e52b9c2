"""A running average of the weights, which often classifies better than the weights themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import tensorflow as tf

if TYPE_CHECKING:
    import keras


class Averages:
    """An exponential moving average of variables.

    Source: Polyak & Juditsky, "Acceleration of Stochastic Approximation by Averaging", 1992, with a decay in the place
    of the plain mean. It starts at the weights as they are, and forgets them fast: after ``n`` steps the decay is
    ``(1 + n) / (10 + n)`` at most, as in `tf.train.ExponentialMovingAverage`. Else a short training would end with an
    average that is mostly the weights it began with.

    Args:
        variables: Of which; BatchNorm's statistics are not among them, being averages already. This is called in the
            scope of the replicas.
        decay: How much of the average is kept at each step, once there were many.

    Attributes:
        variables: How many steps were followed, and the averages, in the order of what they are averages of.
    """

    def __init__(self, variables: Sequence[keras.Variable], *, decay: float) -> None:
        self._followed = list(variables)
        self._decay = decay
        self._steps = tf.Variable(0, trainable=False)
        self._averages = [tf.Variable(each.value, trainable=False) for each in self._followed]
        self.variables: list[Any] = [self._steps, *self._averages]

    def follow(self) -> None:
        """Move the averages a step towards the weights; in replica context, part of the graph."""
        steps = self._steps + 1
        self._steps.assign(steps)
        done = tf.cast(steps, tf.float32)
        decay = tf.minimum(self._decay, (1.0 + done) / (10.0 + done))
        for average, variable in zip(self._averages, self._followed, strict=True):
            average.assign_add(tf.cast(1.0 - decay, average.dtype) * (variable.value - average))

    def adopt(self) -> None:
        """Give the averages to the model for good."""
        for average, variable in zip(self._averages, self._followed, strict=True):
            variable.assign(average)

    @contextmanager
    def in_place(self) -> Iterator[None]:
        """Let the model have the averages for its weights inside; afterwards it has its own again."""
        own = [variable.numpy().copy() for variable in self._followed]
        self.adopt()
        try:
            yield
        finally:
            for variable, value in zip(self._followed, own, strict=True):
                variable.assign(value)
