"""What precision, recall and F1 share: images counted by class, and rates averaged over classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np

from sightkit import Score, wilson_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEMBERS_AT_ONCE = 4_000_000
"""Entries of the one-hot matrix that is held at a time, 4 bytes each."""


@dataclass(frozen=True, slots=True)
class ClassCounts:
    """How many images of each class; float64 ``(..., classes)`` each, whole numbers.

    Attributes:
        correct: Of this class, and predicted as it.
        predicted: Predicted as this class.
        actual: Of this class.
    """

    correct: NDArray[np.float64]
    predicted: NDArray[np.float64]
    actual: NDArray[np.float64]

    @property
    def seen(self) -> NDArray[np.bool_]:
        """Whether a class occurs at all, among the labels or the predictions."""
        return (self.actual + self.predicted) > 0


@dataclass(frozen=True, slots=True)
class AveragedRate:
    """A rate of each class and its average, equal to scikit-learn's with ``zero_division=0``.

    A rate whose denominator is zero is 0: the precision of a class that was never predicted, the recall of one that is
    predicted but has no image. A class that occurs neither among the labels nor among the predictions has no rate
    (``nan``) and no part in the average. In a resample it is the labels and predictions of the resample that count.
    Of classes that are equally probable, the first one is predicted. Without images, the average is ``nan``.

    Attributes:
        rate: From the counts of each class to its rate.
        average: ``"macro"``: the mean over classes that occur; ``"weighted"``: that mean with each class weighing as
            many images as it has; ``"micro"``: the rate of all classes' counts together, which is the accuracy where
            each image has one class, and so has Wilson's interval.
    """

    rate: Callable[[ClassCounts], NDArray[np.float64]]
    average: Literal["macro", "micro", "weighted"]

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score probabilities ``(n, classes)`` against labels ``(n,)``."""
        once = np.ones((1, len(labels)), dtype=np.int64)
        counts = count_by_class(labels, probabilities, once)
        (rates,) = np.where(counts.seen, self.rate(counts), np.nan)
        interval = wilson_interval(int(counts.correct.sum()), len(labels)) if self.average == "micro" else None
        return Score(value=float(self._averaged(counts)[0]), per_class=tuple(rates.tolist()), interval=interval)

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return the average on each resample; counts ``(resamples, n)`` to ``(resamples,)``."""
        return self._averaged(count_by_class(labels, probabilities, counts))

    def _averaged(self, counts: ClassCounts) -> NDArray[np.float64]:
        if self.average == "micro":
            together = ClassCounts(*(part.sum(-1) for part in (counts.correct, counts.predicted, counts.actual)))
            return np.where(together.seen, self.rate(together), np.nan)
        weights = counts.actual if self.average == "weighted" else counts.seen.astype(np.float64)
        # Without images there is no weight at all: what is not defined is nan, not 0.
        return divided((self.rate(counts) * weights).sum(-1), weights.sum(-1), otherwise=np.nan)


def count_by_class(
    labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64]
) -> ClassCounts:
    """Count the images of each class, each as often as it was drawn; ``counts`` int64 ``(resamples, n)``."""
    classes = probabilities.shape[1]
    predicted = probabilities.argmax(axis=1)
    correct = np.where(predicted == labels, labels, -1)
    return ClassCounts(*(totals(counts, of, classes=classes) for of in (correct, predicted, labels)))


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
    quotient = np.full(np.shape(numerator), otherwise)
    np.divide(numerator, denominator, out=quotient, where=denominator != 0)
    return quotient


def precision(counts: ClassCounts) -> NDArray[np.float64]:
    """Of the images predicted as a class, the share that is of it."""
    return divided(counts.correct, counts.predicted)


def recall(counts: ClassCounts) -> NDArray[np.float64]:
    """Of the images of a class, the share that is predicted as it."""
    return divided(counts.correct, counts.actual)


def f1(counts: ClassCounts) -> NDArray[np.float64]:
    """The harmonic mean of precision and recall."""
    return divided(2 * counts.correct, counts.predicted + counts.actual)
