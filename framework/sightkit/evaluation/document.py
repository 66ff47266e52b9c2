"""Scores as they stand in ``scores.json``, with what a reader needs to know how far to trust them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sightkit.contracts import Score

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

FEW_IMAGES = 40
"""Below so many images, of the class or of the smallest class, an interval can't be trusted.

Found with ``tests/benchmarks/intervals.py``: 2,000 test sets of 500 and 2,000 of 5,000 images, for each of three
distributions of ten classes. Where a class has at least 40 images, 95 % intervals of its recall, precision, F1,
specificity, ROC AUC and average precision hold the true value in 94.5 to 96.2 %; with 30 to 39 in 93.4 to 95.2 %, with
20 to 29 in 92.9 to 96.2 %, and with fewer ROC AUC is far from it. Those of accuracy, balanced accuracy, macro F1,
macro ROC AUC and log loss hold in 93.8 to 95.8 % where the smallest class has 39 images on average or more.
"""

UNDEFINED = (math.nan, math.nan)


def scores_document(
    scores: Mapping[str, Score], *, classes: Sequence[str], labels: NDArray[np.int64]
) -> dict[str, dict[str, Any]]:
    """Return the scores of one split as they stand in ``scores.json``.

    JSON has no ``nan``: what is not defined is ``None``.

    Args:
        scores: The score of each metric by its name.
        classes: The class names, in label order.
        labels: Of the split, int64 ``(n,)``.

    Returns:
        For each metric ``"value"``; ``"low"`` and ``"high"``, the ends of its 95 % interval, and ``"method"``, how that
        was found; ``"images"``, how many there are; ``"few_images"``, whether they are too few for the interval to be
        trusted; ``"higher_is_better"``; ``"per_class"``: ``{class: {"value", "low", "high", "images", "few_images"}}``,
        or ``None`` for a metric without such values, and ``"per_class_method"``.
    """
    import numpy as np

    images = np.bincount(labels, minlength=len(classes)).tolist()
    return {name: score_document(score, classes=classes, images=images) for name, score in scores.items()}


def score_document(score: Score, *, classes: Sequence[str], images: Sequence[int]) -> dict[str, Any]:
    """Return one score as it stands in ``scores.json``; ``images`` is how many each class has."""
    total = sum(images)
    # A class without images has no part in the mean.
    resting_on = min(filter(None, images), default=0) if score.macro else total
    per_class = None
    if score.per_class is not None:
        intervals = score.per_class_intervals or [UNDEFINED] * len(classes)
        per_class = {
            name: {**value_document(value, interval), "images": count, "few_images": count < FEW_IMAGES}
            for name, value, interval, count in zip(classes, score.per_class, intervals, images, strict=True)
        }
    return {
        **value_document(score.value, score.interval or UNDEFINED),
        "method": method_of([score.interval], score.method),
        "images": total,
        "few_images": resting_on < FEW_IMAGES,
        "higher_is_better": score.higher_is_better,
        "per_class": per_class,
        "per_class_method": method_of(score.per_class_intervals or (), score.per_class_method),
    }


def value_document(value: float, interval: tuple[float, float]) -> dict[str, float | None]:
    """Return a value and the ends of its interval."""
    low, high = interval
    return {"value": none_for_nan(value), "low": none_for_nan(low), "high": none_for_nan(high)}


def method_of(intervals: Sequence[tuple[float, float] | None], method: str | None) -> str | None:
    """Return how intervals were found; ``None`` where there is none."""
    found = any(interval is not None and not math.isnan(interval[0]) for interval in intervals)
    return (method or "analytic") if found else None


def none_for_nan(value: float) -> float | None:
    """Return the number, or ``None`` where it is not defined."""
    return None if math.isnan(value) else value
