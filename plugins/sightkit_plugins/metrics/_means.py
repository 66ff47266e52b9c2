"""`MeanLoss`: a metric that is a mean over images, the smaller the better."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class MeanLoss:
    """A mean over images; ``nan`` without any.

    Attributes:
        losses: From labels ``(n,)`` and probabilities ``(n, classes)`` to the loss of each image ``(n,)``.
    """

    losses: Callable[[NDArray[np.int64], NDArray[np.float64]], NDArray[np.float64]]

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score probabilities ``(n, classes)`` against labels ``(n,)``."""
        losses = self.losses(labels, probabilities)
        return Score(value=losses.mean().item() if len(losses) else math.nan, higher_is_better=False)

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return the mean on each resample; counts ``(resamples, n)`` to ``(resamples,)``."""
        means: NDArray[np.float64] = counts @ self.losses(labels, probabilities) / counts.sum(axis=1)
        return means


def log_losses(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return minus the natural logarithm of the right class's probability, which is held 2.2e-16 away from 0 and 1."""
    smallest = np.finfo(np.float64).eps
    right = probabilities[np.arange(len(labels)), labels]
    losses: NDArray[np.float64] = -np.log(np.clip(right, smallest, 1 - smallest))
    return losses


def squared_errors(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the squared distance of the probabilities from 1 for the right class and 0 for the others, from 0 to 2."""
    right = labels[:, None] == np.arange(probabilities.shape[1])
    errors: NDArray[np.float64] = ((probabilities - right) ** 2).sum(axis=1)
    return errors
