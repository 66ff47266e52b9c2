"""A metric on the same resamples of a split for several models, and what the differences say."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from sightkit.evaluation.intervals import CALLED_RESAMPLES, drawn_counts

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import MetricFunction, Predictions

    Draw = Callable[[NDArray[np.int64]], NDArray[np.float64]]

RESAMPLES, RESAMPLES_A_PAIR = 1000, 200
CALLS_A_PAIR = 100


def resamples_for(metric: MetricFunction, *, pairs: int) -> int:
    """Return how many resamples so many comparisons want.

    A p-value of ``n`` resamples is at least ``2 / (n + 1)``, and Holm's correction multiplies the smallest by the
    number of pairs: 200 for each pair let it become 0.01; 100, where a metric has no ``resampled`` and has to be called
    on each, 0.02.
    """
    if hasattr(metric, "resampled"):
        return max(RESAMPLES, RESAMPLES_A_PAIR * pairs)
    return max(CALLED_RESAMPLES, CALLS_A_PAIR * pairs)


def resampled_scores(
    metric: MetricFunction, predictions: Predictions, *, seed: int, resamples: int
) -> NDArray[np.float64]:
    """Return a metric on each resample of a split, float64 ``(resamples,)``; ``nan`` where it is not defined.

    The same seed and number of images draw the same images, whoever made the predictions: what is returned for several
    models can be subtracted.
    """
    score = many_at_once(metric, predictions) if hasattr(metric, "resampled") else one_by_one(metric, predictions)
    draws = drawn_counts(len(predictions.labels), seed=seed, resamples=resamples)
    return np.concatenate([score(counts) for counts in draws])


def many_at_once(metric: MetricFunction, predictions: Predictions) -> Draw:
    """Return a function from counts ``(resamples, n)`` to a metric that scores many resamples at once."""

    def score(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        values = np.asarray(metric.resampled(predictions.labels, predictions.probabilities, counts))  # type: ignore[attr-defined]
        return values.astype(np.float64).reshape(len(counts), -1)[:, 0]  # the classes' values may stand behind

    return score


def one_by_one(metric: MetricFunction, predictions: Predictions) -> Draw:
    """Return a function from counts ``(resamples, n)`` to a metric that is called on the images of each resample."""

    def score(counts: NDArray[np.int64]) -> NDArray[np.float64]:
        return np.array([value(np.repeat(np.arange(len(row)), row)) for row in counts])

    def value(cases: NDArray[np.int64]) -> float:
        try:
            return float(metric(predictions.labels[cases], predictions.probabilities[cases]).value)
        except (ValueError, ArithmeticError):  # scikit-learn, for one, refuses a resample that lacks a class
            return math.nan

    return score


def difference_interval(differences: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % percentile interval of a difference; ``nan`` where less than half of the resamples have one.

    Args:
        differences: On each resample, float64 ``(resamples,)``.
    """
    defined = enough(differences)
    if defined is None:
        return math.nan, math.nan
    low, high = np.percentile(defined, (2.5, 97.5))
    return float(low), float(high)


def bootstrap_p_value(differences: NDArray[np.float64]) -> float:
    """Return the two-sided p-value of no difference: about the smallest level whose interval leaves 0 out.

    Twice the share of resamples on the less frequent side of 0, a difference of exactly 0 being on both, with one more
    on each side than was drawn: ``n`` resamples can't prove that what they don't show never happens. ``nan`` where less
    than half of the resamples have a difference. Sources: B. Efron and R. J. Tibshirani, "An Introduction to the
    Bootstrap", Chapman and Hall 1993, section 15.4; for the one more, A. C. Davison and D. V. Hinkley, "Bootstrap
    Methods and their Application", Cambridge University Press 1997, section 4.2.

    Args:
        differences: On each resample, float64 ``(resamples,)``.
    """
    defined = enough(differences)
    if defined is None:
        return math.nan
    side = min(int((defined <= 0).sum()), int((defined >= 0).sum()))
    return min(1.0, 2 * (side + 1) / (len(defined) + 1))


def enough(differences: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the differences that are defined, if at least half of them are."""
    defined = differences[~np.isnan(differences)]
    return defined if len(defined) and 2 * len(defined) >= len(differences) else None
