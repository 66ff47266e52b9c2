"""Accuracy: the share of images whose most probable class is right."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, Score, hookimpl, wilson_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import MetricFunction


class AccuracyParams(Params):
    """Parameters of ``use = "accuracy"``: none."""


def build_accuracy(_params: AccuracyParams, _task: MetricTask) -> MetricFunction:
    """Return accuracy with Wilson's interval; of classes that are equally probable, the first one counts."""
    return accuracy


def accuracy(labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
    """Score probabilities ``(n, classes)`` against labels ``(n,)``; ``nan`` without any."""
    images = len(labels)
    correct = int((probabilities.argmax(axis=1) == labels).sum())
    return Score(
        value=correct / images if images else math.nan, interval=wilson_interval(correct, images), method="wilson"
    )


@hookimpl
def sightkit_metrics() -> list[Metric[AccuracyParams]]:
    """Offer accuracy."""
    return [
        Metric(
            name="accuracy",
            summary="Share of images whose most probable class is right.",
            params=AccuracyParams,
            build=build_accuracy,
        )
    ]
