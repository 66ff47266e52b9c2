"""Images counted by class: all that many metrics need to know of a split, or of a thousand resamples of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMBERS_AT_ONCE = 4_000_000
"""Entries of the one-hot matrix that is held at a time, 4 bytes each."""


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How many images of each class; float64 ``(resamples, classes)`` each, whole numbers.

    Attributes:
        correct: Of this class, and predicted as it.
        predicted: Predicted as this class.
        actual: Of this class.
    """

    correct: NDArray[np.float64]
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]

    @property
    def occurring(self) -> NDArray[np.bool_]:
        """Whether a class occurs at all, among the labels or the predictions."""
        return (self.actual + self.predicted) > 0

    @property
    def images(self) -> NDArray[np.float64]:
        """How many images there are, ``(resamples, 1)``."""
        images: NDArray[np.float64] = self.actual.sum(axis=-1, keepdims=True)
        return images


def count_by_class(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64] | None = None
) -> ClassCounts:
    """Count the images of each class, each as often as it was drawn.

    Of classes that are equally probable, the first one is predicted.

    Args:
        labels: int64 ``(n,)``.
        probabilities: float64 ``(n, classes)``.
        counts: int64 ``(resamples, n)``; by default one sample in which each image is drawn once.
    """
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    correct = labels[predicted == labels]
    if counts is None:
        once = (np.bincount(of, minlength=classes)[None].astype(np.float64) for of in (correct, predicted, labels))
        return ClassCounts(*once)
    right = np.where(predicted == labels, labels, -1)
    return ClassCounts(*(totals(counts, of, classes=classes) for of in (right, predicted, labels)))


def totals(counts: NDArray[np.int64], of: NDArray[np.int64], *, classes: int) -> NDArray[np.float64]:
    """Add up ``counts`` ``(resamples, n)`` by the class ``of`` each sample, int64 ``(n,)``, -1 for no class."""
    total = np.zeros((len(counts), classes))
    samples = max(1, MEMBERS_AT_ONCE // classes)
    for start in range(0, len(of), samples):
        part = slice(start, start + samples)
        # float32 has the fastest matrix product, and is exact for whole numbers up to 2 ** 24.
        members = (of[part, None] == np.arange(classes)).astype(np.float32)
        total += counts[:, part].astype(np.float32) @ members
    return total


def divided(
    numerator: NDArray[np.float64], denominator: NDArray[np.float64], *, otherwise: float = 0.0
) -> NDArray[np.float64]:
    """Divide; ``otherwise`` where the denominator is zero."""
    quotient = np.full(np.broadcast_shapes(np.shape(numerator), np.shape(denominator)), otherwise)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient
