"""Balanced accuracy: the mean recall of the classes that have images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class BalancedAccuracyParams(Params):
    """Parameters of ``use = "balanced-accuracy"``: none."""


def build_balanced_accuracy(_params: BalancedAccuracyParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return balanced accuracy.

    A class without images has no part in it, even if some image was predicted as it; in that it differs from recall
    with ``average = "macro"``. In a resample, classes that were not drawn have none.
    """
    from sightkit_plugins.metrics._counted import averaged_rate
    from sightkit_plugins.metrics._rates import recall_of_present

    return averaged_rate(recall_of_present(), "macro")


@hookimpl
def sightkit_metrics() -> list[Metric[BalancedAccuracyParams]]:
    """Offer balanced accuracy."""
    return [
        Metric(
            name="balanced-accuracy",
            summary="Mean recall of the classes that have images.",
            params=BalancedAccuracyParams,
            build=build_balanced_accuracy,
        )
    ]
