"""F1: the harmonic mean of precision and recall of a class."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class F1Params(Params):
    """Parameters of ``use = "f1"``."""

    average: Literal["macro", "micro", "weighted"] = Field(
        "macro",
        description="macro: all classes that occur weigh the same; weighted: each weighs as many images as it has; "
        "micro: all images together, which is accuracy.",
    )


def build_f1(params: F1Params, _task: MetricTask) -> ResampledMetricFunction:
    """Return F1, averaged over classes; `Rate` says what counts for classes that do not occur."""
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import f1

    return averaged_rate(f1(), params.average)


@hookimpl
def sightkit_metrics() -> list[Metric[F1Params]]:
    """Offer F1."""
    return [
        Metric(
            name="f1",
            summary="Harmonic mean of precision and recall.",
            params=F1Params,
            build=build_f1,
        )
    ]
