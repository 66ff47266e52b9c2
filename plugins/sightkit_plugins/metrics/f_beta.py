"""F-beta: the harmonic mean of precision and recall of a class, with a weight of recall."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class FBetaParams(Params):
    """Parameters of ``use = "f-beta"``."""

    beta: float = Field(
        2.0, gt=0, description="Recall weighs beta ** 2 times as much as precision: 2 for recall, 0.5 for precision."
    )
    average: Literal["macro", "micro", "weighted"] = Field(
        "macro",
        description="macro: all classes that occur weigh the same; weighted: each weighs as many images as it has; "
        "micro: all images together, which is accuracy.",
    )


def build_f_beta(params: FBetaParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return F-beta, averaged over classes; `Rate` says what counts for classes that do not occur."""
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import f_beta

    return averaged_rate(f_beta(params.beta), params.average)


@hookimpl
def sightkit_metrics() -> list[Metric[FBetaParams]]:
    """Offer F-beta."""
    return [
        Metric(
            name="f-beta",
            summary="Harmonic mean of precision and recall, one weighing more.",
            params=FBetaParams,
            build=build_f_beta,
        )
    ]
