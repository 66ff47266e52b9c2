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
    of the plain mean. The average starts at the weights as they are, so that it needs no correction for its start.

    Args:
        variables: Of which; BatchNorm's statistics are not among them, being averages already. This is called in the
            scope of the replicas.
        decay: How much of the average is kept at each step.

    Attributes:
        variables: The averages, in the order of what they are averages of.
    """

    def __init__(self, variables: Sequence[keras.Variable], *, decay: float) -> None:
        self._followed = list(variables)
        self._decay = decay
        self.variables: list[Any] = [tf.Variable(each.value, trainable=False) for each in self._followed]

    def follow(self) -> None:
        """Move the averages a step towards the weights; in replica context, part of the graph."""
        for average, variable in zip(self.variables, self._followed, strict=True):
            average.assign_add((1.0 - self._decay) * (variable.value - average))

    def adopt(self) -> None:
        """Give the averages to the model for good."""
        for average, variable in zip(self.variables, self._followed, strict=True):
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
