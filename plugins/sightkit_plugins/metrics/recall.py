"""Recall: of the images of a class, the share that is predicted as it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class RecallParams(Params):
    """Parameters of ``use = "recall"``."""

    average: Literal["macro", "micro", "weighted"] = Field(
        "macro",
        description="macro: all classes that occur weigh the same; weighted: each weighs as many images as it has; "
        "micro: all images together, which is accuracy.",
    )


def build_recall(params: RecallParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return recall, averaged over classes; `Rate` says what counts for classes that do not occur."""
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import recall

    return averaged_rate(recall(), params.average)


@hookimpl
def sightkit_metrics() -> list[Metric[RecallParams]]:
    """Offer Recall."""
    return [
        Metric(
            name="recall",
            summary="Share of the images of a class that are predicted as it.",
            params=RecallParams,
            build=build_recall,
        )
    ]
