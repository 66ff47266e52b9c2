"""`Counted`: a metric that is a function of how many images of each class were predicted as what they are."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit import Score, wilson_interval
from sightkit_plugins.metrics._counts import ClassCounts, count_by_class
from sightkit_plugins.metrics._rates import averaged

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit_plugins.metrics._rates import Average, CountFunction, Rate


@dataclass(frozen=True, slots=True)
class Counted:
    """A metric of counts. In a resample it is the labels and predictions of the resample that count.

    Attributes:
        whole: The value, ``nan`` where it is not defined.
        rate: The value of each class, for a metric that has them.
        macro: Whether the value is a mean over classes that all weigh the same.
        is_accuracy: Whether the value is the accuracy, and so has its interval.
    """

    whole: CountFunction
    rate: Rate | None = None
    macro: bool = False
    is_accuracy: bool = False

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score probabilities ``(n, classes)`` against labels ``(n,)``."""
        counts = count_by_class(labels, probabilities)
        intervals = wilson_intervals(self.rate, counts) if self.rate else None
        return Score(
            value=self.whole(counts)[0].item(),
            macro=self.macro,
            per_class=tuple(self.rate(counts)[0].tolist()) if self.rate else None,
            interval=wilson_interval(int(counts.correct.sum()), len(labels)) if self.is_accuracy else None,
            method="wilson" if self.is_accuracy else None,
            per_class_intervals=intervals,
            per_class_method="wilson" if intervals else None,
        )

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return the value on each resample, and those of the classes beside it; counts ``(resamples, n)``."""
        drawn = count_by_class(labels, probabilities, counts)
        values = self.whole(drawn)
        return np.column_stack([values, self.rate(drawn)]) if self.rate else values


def averaged_rate(rate: Rate, average: Average) -> Counted:
    """Return a metric that is the average of a rate over classes, with the rate of each."""
    return Counted(averaged(rate, average), rate=rate, macro=average == "macro", is_accuracy=average == "micro")


def wilson_intervals(rate: Rate, counts: ClassCounts) -> tuple[tuple[float, float], ...] | None:
    """Return the interval of each class, ``nan`` for those that do not count; ``None`` for a rate of no share."""
    if rate.trials is None:
        return None
    columns = (rate.numerator(counts)[0], rate.trials(counts)[0], rate.counting(counts)[0])
    intervals = []
    for successes, trials, counted in zip(*(column.tolist() for column in columns), strict=True):
        ends = wilson_interval(int(successes), int(trials)) if counted else (math.nan, math.nan)
        intervals.append((rate.from_share(ends[0]), rate.from_share(ends[1])))
    return tuple(intervals)
