"""Top-k accuracy: the share of images whose right class is among the k most probable ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Metric, MetricTask, Params, Score, hookimpl, wilson_interval

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import MetricFunction


class TopKParams(Params):
    """Parameters of ``use = "top-k"``."""

    k: int = Field(5, ge=1, description="How many of the most probable classes may be the right one.")


def build_top_k(params: TopKParams, _task: MetricTask) -> MetricFunction:
    """Return top-k accuracy with Wilson's interval; 1 where there are no more than ``k`` classes.

    Of classes that are equally probable the first ones count, as in accuracy, which is this with ``k = 1``.
    """

    def top_k(labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        ranks = ranks_of(labels, probabilities)
        found, images = int((ranks < params.k).sum()), len(labels)
        return Score(
            value=found / images if images else math.nan, interval=wilson_interval(found, images), method="wilson"
        )

    return top_k


def ranks_of(labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> NDArray[np.int64]:
    """Return how many classes come before the right one, int64 ``(n,)``."""
    import numpy as np

    right = probabilities[np.arange(len(labels)), labels][:, None]
    earlier = np.arange(probabilities.shape[1]) < labels[:, None]
    ranks: NDArray[np.int64] = ((probabilities > right) | (earlier & (probabilities == right))).sum(axis=1)
    return ranks


@hookimpl
def sightkit_metrics() -> list[Metric[TopKParams]]:
    """Offer top-k accuracy."""
    return [
        Metric(
            name="top-k",
            summary="Share of images whose right class is among the k most probable.",
            params=TopKParams,
            build=build_top_k,
        )
    ]
