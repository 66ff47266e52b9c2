"""Precision: of the images predicted as a class, the share that is of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class PrecisionParams(Params):
    """Parameters of ``use = "precision"``."""

    average: Literal["macro", "micro", "weighted"] = Field(
        "macro",
        description="macro: all classes that occur weigh the same; weighted: each weighs as many images as it has; "
        "micro: all images together, which is accuracy.",
    )


def build_precision(params: PrecisionParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return precision, averaged over classes; `Rate` says what counts for classes that do not occur."""
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import precision

    return averaged_rate(precision(), params.average)


@hookimpl
def sightkit_metrics() -> list[Metric[PrecisionParams]]:
    """Offer Precision."""
    return [
        Metric(
            name="precision",
            summary="Share of the images predicted as a class that are of it.",
            params=PrecisionParams,
            build=build_precision,
        )
    ]
