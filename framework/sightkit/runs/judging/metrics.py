"""The metrics of an experiment: built, and called on what a model says."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightkit.contracts import MetricFunction, MetricTask, Predictions, Score
from sightkit.experiment import ExperimentSettings
from sightkit.runs.building.build import build, described

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.images import PreparedData


@dataclass(frozen=True, slots=True)
class Metrics:
    """The metrics of an experiment.

    Attributes:
        functions: Each by its name in the experiment.
        described: The same in words, with whose they are, for messages.
    """

    functions: Mapping[str, MetricFunction]
    described: Mapping[str, str]


def build_metrics(settings: ExperimentSettings, classes: tuple[str, ...]) -> Metrics:
    """Return the metrics of an experiment."""
    task = MetricTask(classes=classes)
    return Metrics(
        functions={metric.name: build(metric, task) for metric in settings.metrics},
        described={metric.name: described(metric) for metric in settings.metrics},
    )


def scores_of(metrics: Metrics, predictions: Predictions, *, seed: int) -> dict[str, Score]:
    """Return the scores of a split with their intervals."""
    from sightkit.evaluation.scores import score_all

    return score_all(metrics.functions, predictions, seed=seed, described=metrics.described)


def values_of(
    metrics: Metrics, data: PreparedData, rows: NDArray[np.int64], probabilities: NDArray[np.float64]
) -> dict[str, Score]:
    """Return the scores of the images at ``rows`` without intervals, which take longer."""
    from sightkit.evaluation.scores import value_all

    ids = tuple(data.ids[row] for row in rows.tolist())
    predictions = Predictions(ids=ids, labels=data.labels[rows], probabilities=probabilities)
    return value_all(metrics.functions, predictions, described=metrics.described)
