"""ROC AUC: how often an image of a class has a larger probability of it than one of another class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import MetricFunction


class RocAucParams(Params):
    """Parameters of ``use = "roc-auc"``."""

    average: Literal["macro", "weighted"] = Field(
        "macro", description="macro: all classes weigh the same; weighted: each weighs as many images as it has."
    )


def build_roc_auc(params: RocAucParams, _task: MetricTask) -> MetricFunction:
    """Return the area under the ROC curve of each class against the rest, averaged over classes.

    A class without images, or to which all images belong, has no curve, no value and no part in the average. Intervals
    are DeLong's, see `roc_auc_of`.
    """
    from sightkit_plugins.metrics._ranking import OneVsRest, roc_auc_of

    return OneVsRest(roc_auc_of, params.average, method="delong")


@hookimpl
def sightkit_metrics() -> list[Metric[RocAucParams]]:
    """Offer ROC AUC."""
    return [
        Metric(
            name="roc-auc",
            summary="Area under the ROC curve, each class against the rest.",
            params=RocAucParams,
            build=build_roc_auc,
        )
    ]
