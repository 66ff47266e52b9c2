"""Scores: what every metric says about the predictions of a split, with intervals, and their JSON form."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from numbers import Real
from typing import TYPE_CHECKING, Any

from sightkit.contracts import MetricFunction, Predictions, Score
from sightkit.errors import PluginError, SightkitError
from sightkit.evaluation.intervals import bootstrap_interval

if TYPE_CHECKING:
    from numpy.typing import NDArray


def score_all(metrics: Mapping[str, MetricFunction], predictions: Predictions, *, seed: int) -> dict[str, Score]:
    """Score the predictions of a split with every metric.

    Args:
        metrics: Each metric by its name in the experiment.
        predictions: The split.
        seed: Of the bootstrap, for metrics that know no interval of their own.

    Returns:
        The scores in the order of ``metrics``, each with an interval. It is ``(nan, nan)`` where none can be given: see
        `bootstrap_interval`.

    Raises:
        PluginError: a metric failed or returned something else than a `Score`; the message names it.
    """
    guarded = guard(predictions)
    return {name: score_one(name, metric, guarded, seed=seed) for name, metric in metrics.items()}


def value_all(metrics: Mapping[str, MetricFunction], predictions: Predictions) -> dict[str, Score]:
    """Score as `score_all` does, without resampling: ``interval`` is ``None`` where the metric knows none."""
    guarded = guard(predictions)
    return {name: score_one(name, metric, guarded) for name, metric in metrics.items()}


def guard(predictions: Predictions) -> Predictions:
    """Return the predictions read-only: a metric that sorts them in place would change what the next one sees."""
    return replace(
        predictions, labels=read_only(predictions.labels), probabilities=read_only(predictions.probabilities)
    )


def score_one(name: str, metric: MetricFunction, predictions: Predictions, *, seed: int | None = None) -> Score:
    """Return the score of one metric, with its interval if there is a seed; errors name the metric."""
    try:
        score = checked_score(metric(predictions.labels, predictions.probabilities), predictions)
        if score.interval is None and seed is not None:
            score = replace(score, interval=bootstrap_interval(metric, predictions, seed=seed))
    except PluginError as error:
        message = f'metric "{name}": {error}'
        raise PluginError(message) from error
    except (SightkitError, MemoryError):
        raise
    except (Exception, SystemExit) as error:  # nobody's code but the command line's ends the program
        message = (
            f'metric "{name}" failed on {len(predictions.labels)} predictions: {type(error).__name__}: {error}; '
            "this is a mistake in the plugin that offers it (--debug shows where)"
        )
        raise PluginError(message) from error
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
    interval = returned.interval
    if interval is not None:
        low, high = interval = numbers(interval, length=2, what="interval")
        if low > high:
            message = f"interval: expected (low, high); found {interval}"
            raise PluginError(message)
    return Score(
        value=number(returned.value, what="value"),
        higher_is_better=bool(returned.higher_is_better),
        per_class=per_class,
        interval=interval,
    )


def numbers(given: object, *, length: int, what: str) -> tuple[Any, ...]:
    """Return ``length`` numbers as a tuple of Python floats."""
    if not isinstance(given, Iterable) or isinstance(given, str | bytes):
        message = f"{what}: expected {length} numbers; found {given!r}"
        raise PluginError(message)
    checked = tuple(number(item, what=what) for item in given)
    if len(checked) != length:
        message = f"{what}: expected {length} numbers; found {len(checked)}"
        raise PluginError(message)
    return checked


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


def scores_document(scores: Mapping[str, Score], *, classes: Sequence[str]) -> dict[str, dict[str, Any]]:
    """Return the scores of one split as they stand in ``scores.json``.

    Args:
        scores: The score of each metric by its name.
        classes: The class names, in label order.

    Returns:
        ``{metric: {"value", "low", "high", "higher_is_better", "per_class"}}``. ``per_class`` is ``{class: value}``, or
        ``None`` for a metric without such values. JSON has no ``nan``: what is not defined is ``None``.
    """
    return {name: score_document(score, classes=classes) for name, score in scores.items()}


def score_document(score: Score, *, classes: Sequence[str]) -> dict[str, Any]:
    """Return one score as it stands in ``scores.json``."""
    low, high = score.interval or (math.nan, math.nan)
    per_class = None
    if score.per_class is not None:
        per_class = {name: none_for_nan(value) for name, value in zip(classes, score.per_class, strict=True)}
    return {
        "value": none_for_nan(score.value),
        "low": none_for_nan(low),
        "high": none_for_nan(high),
        "higher_is_better": score.higher_is_better,
        "per_class": per_class,
    }


def none_for_nan(value: float) -> float | None:
    """Return the number, or ``None`` where it is not defined."""
    return None if math.isnan(value) else value
