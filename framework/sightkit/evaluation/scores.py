"""Scores: what every metric says about the predictions of a split, with intervals."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from sightkit.contracts import MetricFunction, Predictions, Score
from sightkit.errors import PluginError, SightkitError
from sightkit.evaluation.intervals import bootstrap

if TYPE_CHECKING:
    from numpy.typing import NDArray


def score_all(
    metrics: Mapping[str, MetricFunction],
    predictions: Predictions,
    *,
    seed: int,
    described: Mapping[str, str] = {},
) -> dict[str, Score]:
    """Score the predictions of a split with every metric.

    Args:
        metrics: Each metric by its name in the experiment.
        predictions: The split.
        seed: Of the bootstrap, for metrics that know no interval of their own.
        described: What messages call a metric, where that is more than its name.

    Returns:
        The scores in the order of ``metrics``, each with an interval. It is ``(nan, nan)`` where none can be given: see
        `bootstrap`.

    Raises:
        PluginError: a metric failed or returned something else than a `Score`; the message names it.
    """
    guarded = guard(predictions)
    return {
        name: score_one(described.get(name, f'metric "{name}"'), metric, guarded, seed=seed)
        for name, metric in metrics.items()
    }


def value_all(
    metrics: Mapping[str, MetricFunction], predictions: Predictions, *, described: Mapping[str, str] = {}
) -> dict[str, Score]:
    """Score as `score_all` does, without resampling: ``interval`` is ``None`` where the metric knows none."""
    guarded = guard(predictions)
    return {
        name: score_one(described.get(name, f'metric "{name}"'), metric, guarded) for name, metric in metrics.items()
    }


def guard(predictions: Predictions) -> Predictions:
    """Return the predictions read-only: a metric that sorts them in place would change what the next one sees."""
    return replace(
        predictions, labels=read_only(predictions.labels), probabilities=read_only(predictions.probabilities)
    )


def score_one(described: str, metric: MetricFunction, predictions: Predictions, *, seed: int | None = None) -> Score:
    """Return the score of one metric, with its interval if there is a seed; errors say which it is."""
    try:
        score = checked_score(metric(predictions.labels, predictions.probabilities), predictions)
        if seed is not None:
            score = with_intervals(score, metric, predictions, seed=seed)
    except PluginError as error:
        message = f"{described}: {error}; this is a mistake in the plugin"
        raise PluginError(message) from error
    except (SightkitError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # nobody's code but the command line's ends the program
        message = (
            f"{described} failed on {len(predictions.labels)} predictions: {type(error).__name__}: {error}; "
            "this is a mistake in the plugin (--debug shows where)"
        )
        raise PluginError(message) from error
    return score


def with_intervals(score: Score, metric: MetricFunction, predictions: Predictions, *, seed: int) -> Score:
    """Return a score with the intervals that the metric itself doesn't know, and how they were found."""
    resampled = None
    if score.interval is None or (score.per_class is not None and score.per_class_intervals is None):
        resampled = bootstrap(metric, predictions, score=score, seed=seed)
    if score.interval is None and resampled is not None:
        score = replace(score, interval=resampled.interval, method=resampled.method)
    if score.per_class is not None and score.per_class_intervals is None and resampled is not None:
        score = replace(score, per_class_intervals=resampled.per_class, per_class_method=resampled.method)
    return score


def checked_score(returned: object, predictions: Predictions) -> Score:
    """Return a metric's score as plain Python numbers, after checking that it keeps the contract."""
    if not isinstance(returned, Score):
        message = f"returned {type(returned).__name__}; expected a sightkit.Score"
        raise PluginError(message)
    classes = predictions.probabilities.shape[1]
    per_class = returned.per_class
    if per_class is not None:
        per_class = numbers(per_class, length=classes, what="per_class")
    intervals = returned.per_class_intervals
    if intervals is not None:
        found = items(intervals, length=classes, what="per_class_intervals")
        intervals = tuple(checked_interval(each, what="per_class_intervals") for each in found)
    interval = returned.interval
    return replace(
        returned,
        value=number(returned.value, what="value"),
        higher_is_better=bool(returned.higher_is_better),
        per_class=per_class,
        interval=None if interval is None else checked_interval(interval, what="interval"),
        per_class_intervals=intervals,
    )


def checked_interval(given: object, *, what: str) -> tuple[float, float]:
    """Return an interval as two Python floats."""
    low, high = interval = numbers(given, length=2, what=what)
    if low > high:
        message = f"{what}: expected (low, high); found {interval}"
        raise PluginError(message)
    return low, high


def numbers(given: object, *, length: int, what: str) -> tuple[float, ...]:
    """Return ``length`` numbers as a tuple of Python floats."""
    return tuple(number(item, what=what) for item in items(given, length=length, what=what))


def items(given: object, *, length: int, what: str) -> tuple[Any, ...]:
    """Return ``length`` things as a tuple."""
    if not isinstance(given, Iterable) or isinstance(given, str | bytes):
        message = f"{what}: expected {length} numbers; found {given!r}"
        raise PluginError(message)
    found = tuple(given)
    if len(found) != length:
        message = f"{what}: expected {length} numbers; found {len(found)}"
        raise PluginError(message)
    return found


def number(given: object, *, what: str) -> float:
    """Return a number as a Python float: finite, or ``nan`` for what is not defined."""
    if not isinstance(given, Real) or isinstance(given, bool) or math.isinf(given):
        message = f"{what}: expected a finite number, or nan where it is not defined; found {given!r}"
        raise PluginError(message)
    return float(given)


def read_only(array: NDArray[Any]) -> NDArray[Any]:
    """Return a view of ``array`` that refuses to be written to."""
    view = array.view()
    view.flags.writeable = False
    return view
