"""Specificity: of the images that are not of a class, the share that is not predicted as it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class SpecificityParams(Params):
    """Parameters of ``use = "specificity"``."""

    average: Literal["macro", "weighted"] = Field(
        "macro",
        description="macro: all classes that occur weigh the same; weighted: each weighs as many images as it has.",
    )


def build_specificity(params: SpecificityParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return specificity, averaged over classes; `Rate` says what counts for classes that do not occur."""
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import specificity

    return averaged_rate(specificity(), params.average)


@hookimpl
def sightkit_metrics() -> list[Metric[SpecificityParams]]:
    """Offer specificity."""
    return [
        Metric(
            name="specificity",
            summary="Share of the images not of a class that are not predicted as it.",
            params=SpecificityParams,
            build=build_specificity,
        )
    ]
