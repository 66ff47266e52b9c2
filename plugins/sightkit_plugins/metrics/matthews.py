"""Matthews' correlation coefficient: the correlation of predicted and actual classes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ResampledMetricFunction


class MatthewsParams(Params):
    """Parameters of ``use = "matthews"``: none."""


def build_matthews(_params: MatthewsParams, _task: MetricTask) -> ResampledMetricFunction:
    """Return Matthews' correlation, from -1 to 1; 0 where all labels, or all predictions, are of one class.

    Source: B. W. Matthews, "Comparison of the predicted and observed secondary structure of T4 phage lysozyme",
    Biochimica et Biophysica Acta 405 (1975), 442-451; for more than two classes see `matthews_of`.
    """
    from sightkit_plugins.metrics._agreement import matthews_of
    from sightkit_plugins.metrics._counted import Counted

    return Counted(matthews_of)


@hookimpl
def sightkit_metrics() -> list[Metric[MatthewsParams]]:
    """Offer Matthews' correlation."""
    return [
        Metric(
            name="matthews",
            summary="Correlation of predicted and actual classes.",
            params=MatthewsParams,
            build=build_matthews,
        )
    ]
