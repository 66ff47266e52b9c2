"""95 % intervals: Wilson's for a proportion, and a seeded case bootstrap for any other score of a whole split.

NumPy is imported where it is used: plugins import `wilson_interval` from here, and must stay light.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from statistics import NormalDist
from typing import TYPE_CHECKING

from sightkit.errors import PluginError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import MetricFunction, Predictions, Score

    Resampled = Callable[[NDArray[np.int64], NDArray[np.float64], NDArray[np.int64]], object]

NORMAL_QUANTILE = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution: 95 % lie within this many standard deviations."""

CALLED_RESAMPLES = 200
"""How often a metric that offers no ``resampled`` is called."""

RESAMPLED, CALLED = "bootstrap", f"called {CALLED_RESAMPLES} times"
"""How scores.json calls the two ways of resampling."""

SAME = 1e-5
"""How close ``resampled`` has to come to the metric itself: two orders of adding up, perhaps in float32."""

COUNTS_AT_ONCE = 4_000_000
"""Counts drawn at a time, 8 bytes each: 60,000 samples then take some 100 MB instead of 1.5 GB."""


def wilson_interval(successes: int, trials: int) -> tuple[float, float]:
    """Return the 95 % score interval of a proportion, which keeps its promise for few trials and near 0 and 1.

    Source: E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the
    American Statistical Association 22 (1927), 209-212.

    Args:
        successes: How many trials succeeded.
        trials: How many there were. Without any, nothing is known: ``(0.0, 1.0)``, which is also the formula's limit.

    Raises:
        ValueError: ``successes`` is not between 0 and ``trials``.
    """
    if not 0 <= successes <= trials:
        message = f"successes: expected between 0 and trials, {trials}; found {successes}"
        raise ValueError(message)
    if trials == 0:
        return 0.0, 1.0
    proportion = successes / trials
    square = NORMAL_QUANTILE**2 / trials
    centre = (proportion + square / 2) / (1 + square)
    reach = math.sqrt(proportion * (1 - proportion) * square + square**2 / 4) / (1 + square)
    # At both ends the formula gives exactly 0 and 1, floating point only almost.
    return (centre - reach if successes else 0.0), (centre + reach if successes < trials else 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bootstrap:
    """What resampling says of a score.

    Attributes:
        interval: The 95 % interval of the value; ``(nan, nan)`` where there is none.
        per_class: The same of each class, in class order; ``None`` where ``resampled`` gives the value alone.
        method: How the resamples were scored: `RESAMPLED` or `CALLED`.
    """

    interval: tuple[float, float]
    per_class: tuple[tuple[float, float], ...] | None
    method: str


def bootstrap(
    metric: MetricFunction, predictions: Predictions, *, score: Score, seed: int, resamples: int = 1000
) -> Bootstrap:
    """Return the 95 % intervals of a score and its classes over resampled cases.

    Each resample draws ``n`` of the ``n`` samples with replacement, regardless of their class, and is described by how
    often each was drawn: a metric with ``resampled`` scores all of them at once. One without is called on the first
    200 of the same resamples. See `bias_corrected_interval` for what is made of the values.

    A resample on which a value is not defined is left out: it is ``nan``, or the metric raised a `ValueError` or an
    `ArithmeticError` when called on it. Fewer than two samples, which say nothing about how samples differ, have no
    intervals.

    Args:
        metric: The metric.
        predictions: The split it is computed on.
        score: What it said of that split.
        seed: The same seed draws the same resamples of a split, whatever the metric.
        resamples: How many are drawn for a metric with ``resampled``.

    Raises:
        PluginError: the metric's ``resampled`` doesn't return numbers of one of the shapes that are expected, or others
            than the metric itself.
    """
    count = len(predictions.labels)
    method = RESAMPLED if hasattr(metric, "resampled") else CALLED
    if count < 2:
        return Bootstrap(interval=(math.nan, math.nan), per_class=None, method=method)
    if hasattr(metric, "resampled"):
        values = resampled_values(metric.resampled, predictions, drawn_counts(count, seed=seed, resamples=resamples))
        check_resampled(metric.resampled, predictions, score=score)
    else:
        fewer = min(resamples, CALLED_RESAMPLES)
        values = called_values(metric, predictions, drawn_counts(count, seed=seed, resamples=fewer))
    whole = bias_corrected_interval(values[:, 0], estimate=score.value)
    classes = zip(values.T[1:], score.per_class or (), strict=False)
    per_class = tuple(bias_corrected_interval(column, estimate=value) for column, value in classes)
    return Bootstrap(interval=whole, per_class=per_class or None, method=method)


def bias_corrected_interval(values: NDArray[np.float64], *, estimate: float) -> tuple[float, float]:
    """Return what 95 % of the values of resamples lie between, corrected for their bias.

    Macro F1 of many classes, for one, is on average smaller in a resample than in the split that it was drawn from, and
    in the split smaller than it is in truth. Percentiles would be too low twice over; which ones are taken instead is
    said by how many values are below the estimate. Source: B. Efron, "Nonparametric standard errors and confidence
    intervals", Canadian Journal of Statistics 9 (1981), 139-158, sections 8 and 9.

    Args:
        values: Of the resamples; ``nan`` where not defined.
        estimate: The value of the split itself.

    Returns:
        The interval; ``(nan, nan)`` where the estimate or more than half of the values are not defined, and where all
        values are the same: a split without a mistake has no resample with one, and can't say how rare they are.
    """
    import numpy as np

    defined = values[~np.isnan(values)]
    if math.isnan(estimate) or not len(defined) or 2 * len(defined) < len(values):
        return math.nan, math.nan
    if defined.min() == defined.max():
        return math.nan, math.nan
    # Values that equal the estimate are half below it.
    below = (np.count_nonzero(defined < estimate) + np.count_nonzero(defined <= estimate)) / 2
    normal = NormalDist()
    shift = 2 * normal.inv_cdf(min(max(below, 0.5), len(defined) - 0.5) / len(defined))
    shares = [normal.cdf(shift - NORMAL_QUANTILE), normal.cdf(shift + NORMAL_QUANTILE)]
    low, high = np.quantile(defined, shares).tolist()
    return low, high


def drawn_counts(
    count: int, *, seed: int, resamples: int, at_once: int = COUNTS_AT_ONCE
) -> Iterator[NDArray[np.int64]]:
    """Draw ``resamples`` resamples of ``count`` samples, int64 ``(rows, count)`` at a time: how often each was drawn.

    The rows do not depend on how many are drawn at once.
    """
    import numpy as np

    random = np.random.Generator(np.random.Philox(seed))
    rows_at_once = max(1, at_once // count)
    for start in range(0, resamples, rows_at_once):
        rows = min(rows_at_once, resamples - start)
        drawn = random.integers(count, size=(rows, count))
        drawn += count * np.arange(rows)[:, None]
        yield np.bincount(drawn.ravel(), minlength=rows * count).reshape(rows, count)


def check_resampled(resampled: Resampled, predictions: Predictions, *, score: Score) -> None:
    """Refuse a ``resampled`` that doesn't find the score of the split itself, in which every sample is drawn once.

    Raises:
        PluginError: it says something else.
    """
    import numpy as np

    once = np.ones((1, len(predictions.labels)), dtype=np.int64)
    (found,) = resampled_values(resampled, predictions, [once])
    expected = [score.value, *(score.per_class or ())][: len(found)]
    if not np.allclose(found[: len(expected)], expected, rtol=SAME, atol=SAME, equal_nan=True):
        message = (
            f"resampled() returned {found.tolist()} where every image is drawn once; expected the score of the split "
            f"itself, {expected}"
        )
        raise PluginError(message)


def resampled_values(
    resampled: Resampled, predictions: Predictions, draws: Iterable[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return the scores of all resamples, ``(resamples, 1)`` or ``(resamples, 1 + classes)``, many at once."""
    import numpy as np

    wide = 1 + predictions.probabilities.shape[1]
    values = []
    for counts in draws:
        returned = np.asarray(resampled(predictions.labels, predictions.probabilities, counts))
        rows = len(counts)
        if returned.shape not in {(rows,), (rows, wide)} or returned.dtype.kind not in "fiu":
            message = (
                f"resampled() returned {returned.dtype} of shape {returned.shape}; expected float64 of shape "
                f"({rows},), one number a resample, or ({rows}, {wide}), with one for each class after it"
            )
            raise PluginError(message)
        values.append(returned.reshape(rows, -1).astype(np.float64))
    return np.concatenate(values)


def called_values(
    metric: MetricFunction, predictions: Predictions, draws: Iterable[NDArray[np.int64]]
) -> NDArray[np.float64]:
    """Return the scores of all resamples, ``(resamples, 1 + classes)``, from a metric that is called on each."""
    import numpy as np

    everyone = np.arange(len(predictions.labels))
    values = []
    for counts in draws:
        for row in counts:
            cases = np.repeat(everyone, row)
            values.append(values_or_nan(metric, predictions.labels[cases], predictions.probabilities[cases]))
    return np.array(values, dtype=np.float64)


def values_or_nan(metric: MetricFunction, labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> list[float]:
    """Return the value of one resample and those of its classes; ``nan`` where the metric says it is not defined."""
    undefined = [math.nan] * probabilities.shape[1]
    try:
        score = metric(labels, probabilities)
        return [float(score.value), *map(float, undefined if score.per_class is None else score.per_class)]
    except (ValueError, ArithmeticError):
        # scikit-learn, for one, refuses a resample that lacks a class.
        return [math.nan, *undefined]
