"""Rates of each class, such as its recall, and how they are averaged over classes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sightkit_plugins.metrics._counts import ClassCounts, divided

if TYPE_CHECKING:
    from numpy.typing import NDArray

CountFunction: TypeAlias = "Callable[[ClassCounts], NDArray[np.float64]]"
"""From the counts of resamples to a number of each class ``(resamples, classes)``, or of the whole ``(resamples,)``."""

Average: TypeAlias = Literal["macro", "micro", "weighted"]


@dataclass(frozen=True, slots=True)
class Rate:
    """A quotient of each class.

    It is 0 where the denominator is zero, as with scikit-learn's ``zero_division=0``: the precision of a class that was
    never predicted, the recall of one that is predicted but has no image. A class that does not count has no rate.

    Attributes:
        numerator: From counts to the upper part, a number of images.
        denominator: From counts to the lower part.
        trials: Of how many images those of the upper part are a share, which has Wilson's interval; ``None`` for a rate
            that follows from no share.
        from_share: From that share to the rate, which grows with it.
        counting: Which classes count: by default those that occur among the labels or the predictions.
    """

    numerator: CountFunction
    denominator: CountFunction
    trials: CountFunction | None
    from_share: Callable[[float], float] = lambda share: share
    counting: Callable[[ClassCounts], NDArray[np.bool_]] = lambda counts: counts.occurring

    def __call__(self, counts: ClassCounts) -> NDArray[np.float64]:
        """Return the rate of each class, ``nan`` for those that do not count."""
        rates = divided(self.numerator(counts), self.denominator(counts))
        return np.where(self.counting(counts), rates, np.nan)


def share(of: CountFunction, among: CountFunction) -> Rate:
    """Return the share of some images among others."""
    return Rate(of, among, trials=among)


def precision() -> Rate:
    """Of the images predicted as a class, the share that is of it."""
    return share(lambda counts: counts.correct, lambda counts: counts.predicted)


def recall() -> Rate:
    """Of the images of a class, the share that is predicted as it."""
    return share(lambda counts: counts.correct, lambda counts: counts.actual)


def recall_of_present() -> Rate:
    """The recall of classes that have images: those that were only predicted do not count."""
    return replace(recall(), counting=lambda counts: counts.actual > 0)


def specificity() -> Rate:
    """Of the images that are not of a class, the share that is not predicted as it."""
    return share(
        lambda counts: counts.images - counts.actual - counts.predicted + counts.correct,
        lambda counts: counts.images - counts.actual,
    )


def f1() -> Rate:
    """The harmonic mean of precision and recall.

    It follows from the share of images that are of a class *and* predicted as it among those that are either: of a
    share ``s`` it is ``2 s / (1 + s)``.
    """
    return replace(
        f_beta(1.0),
        trials=lambda counts: counts.actual + counts.predicted - counts.correct,
        from_share=lambda share: 2 * share / (1 + share),
    )


def f_beta(beta: float) -> Rate:
    """The harmonic mean of precision and recall, in which recall weighs ``beta ** 2`` times as much as precision."""
    square = beta**2
    return Rate(
        lambda counts: counts.correct,
        lambda counts: (square * counts.actual + counts.predicted) / (1 + square),
        trials=None,
    )


def averaged(rate: Rate, average: Average) -> CountFunction:
    """Return the average of a rate over the classes that count; ``nan`` without images.

    ``"macro"``: all weigh the same. ``"weighted"``: each weighs as many images as it has. ``"micro"``: the rate of all
    classes' counts together. Where each image has one class, that of precision, recall and F-beta is accuracy, which is
    what is computed here.
    """

    def average_of(counts: ClassCounts) -> NDArray[np.float64]:
        if average == "micro":
            return divided(counts.correct.sum(axis=-1), counts.actual.sum(axis=-1), otherwise=np.nan)
        weights = counts.actual if average == "weighted" else rate.counting(counts).astype(np.float64)
        return divided((np.nan_to_num(rate(counts)) * weights).sum(axis=-1), weights.sum(axis=-1), otherwise=np.nan)

    return average_of
