"""Cohen's kappa: how much better than by chance predictions agree with labels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class CohenKappaParams(Params):
    """Parameters of ``use = "cohen-kappa"``: none."""


def build_cohen_kappa(_params: CohenKappaParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return Cohen's kappa: (accuracy - agreement by chance) / (1 - agreement by chance), at most 1.

    By chance means: with the same numbers of labels and of predictions of each class. It is not defined (``nan``) where
    all labels and all predictions are of one class. Source: J. Cohen, "A coefficient of agreement for nominal scales",
    Educational and Psychological Measurement 20 (1960), 37-46.
    """
    from sightkit_plugins.metrics._agreement import kappa_of
    from sightkit_plugins.metrics._counted import Counted

    return Counted(kappa_of)


@hookimpl
def sightkit_metrics() -> list[Metric[CohenKappaParams]]:
    """Offer Cohen's kappa."""
    return [
        Metric(
            name="cohen-kappa",
            summary="Agreement with the labels beyond what chance gives.",
            params=CohenKappaParams,
            build=build_cohen_kappa,
        )
    ]
