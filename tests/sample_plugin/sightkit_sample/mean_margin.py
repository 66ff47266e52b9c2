"""Mean margin: by how much the right class is ahead of the best wrong one, on average."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, Score, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import MetricFunction


class MeanMarginParams(Params):
    """Parameters of ``use = "mean-margin"``: none."""


def build_mean_margin(_params: MeanMarginParams, task: MetricTask) -> MetricFunction:
    """Return the mean margin, with that of each class."""

    def mean_margin(labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        each = margins(labels, probabilities)
        per_class = tuple(mean(each[labels == label]) for label in range(len(task.classes)))
        return Score(value=mean(each), per_class=per_class)

    return mean_margin


def margins(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the margin of each image, from -1 to 1: labels ``(n,)`` and probabilities ``(n, classes)`` to ``(n,)``."""
    import numpy as np

    rows = np.arange(len(labels))
    others = probabilities.copy()
    others[rows, labels] = -np.inf
    margin: NDArray[np.float64] = probabilities[rows, labels] - others.max(axis=1)
    return margin


def mean(values: NDArray[np.float64]) -> float:
    """Return the mean, ``nan`` of nothing."""
    return float(values.mean()) if len(values) else math.nan


@hookimpl
def sightkit_metrics() -> list[Metric[MeanMarginParams]]:
    """Offer the mean margin."""
    return [
        Metric(
            name="mean-margin",
            summary="How far the right class is ahead of the best wrong one.",
            params=MeanMarginParams,
            build=build_mean_margin,
        )
    ]
