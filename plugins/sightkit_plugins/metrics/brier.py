"""Brier score: the squared distance of probabilities from what came true."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class BrierParams(Params):
    """Parameters of ``use = "brier"``: none."""


def build_brier(_params: BrierParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return the Brier score, summed over all classes and so from 0, the best, to 2, with two classes too.

    Where there are two classes, many take one of the two equal terms, and so half of this. Source: G. W. Brier,
    "Verification of forecasts expressed in terms of probability", Monthly Weather Review 78 (1950), 1-3.
    """
    from sightkit_plugins.metrics._means import MeanLoss, squared_errors

    return MeanLoss(squared_errors)


@hookimpl
def sightkit_metrics() -> list[Metric[BrierParams]]:
    """Offer the Brier score."""
    return [
        Metric(
            name="brier",
            summary="Squared distance of probabilities from the truth, 0 to 2.",
            params=BrierParams,
            build=build_brier,
        )
    ]
