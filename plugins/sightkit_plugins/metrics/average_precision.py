"""Average precision: the area under the curve of precision over recall of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import MetricFunction


class AveragePrecisionParams(Params):
    """Parameters of ``use = "average-precision"``."""

    average: Literal["macro", "weighted"] = Field(
        "macro", description="macro: all classes weigh the same; weighted: each weighs as many images as it has."
    )


def build_average_precision(params: AveragePrecisionParams, _task: MetricTask) -> MetricFunction:
    """Return average precision of each class against the rest, averaged over classes.

    A class without images has no value and no part in the average. It is the sum of precisions at each image of the
    class, without interpolation. Intervals are those of the infinitesimal jackknife, see `average_precision_of`.
    """
    from sightkit_plugins.metrics._ranking import OneVsRest, average_precision_of

    return OneVsRest(average_precision_of, params.average, method="jackknife")


@hookimpl
def sightkit_metrics() -> list[Metric[AveragePrecisionParams]]:
    """Offer average precision."""
    return [
        Metric(
            name="average-precision",
            summary="Area under precision over recall, each class against the rest.",
            params=AveragePrecisionParams,
            build=build_average_precision,
        )
    ]
