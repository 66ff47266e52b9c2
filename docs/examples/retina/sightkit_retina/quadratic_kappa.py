"""Quadratic kappa: agreement on a scale of grades, where being two grades off is four times as bad as one.

Source: J. Cohen, "Weighted kappa: nominal scale agreement with provision for scaled disagreement or partial credit",
Psychological Bulletin 70 (1968), 213-220.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Metric, MetricTask, Params, Score, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import ResampledMetricFunction


class QuadraticKappaParams(Params):
    """Parameters of ``use = "quadratic-kappa"``: none."""


class QuadraticKappa:
    """The metric: 1 for grades that are all right, 0 for what chance gives; classes are grades in their order.

    It is not defined (``nan``) where all labels and all predictions are of one grade.

    Args:
        grades: How many there are.
    """

    def __init__(self, grades: int) -> None:
        self.grades = grades

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score the most probable grades, probabilities ``(n, grades)``, against labels ``(n,)``."""
        import numpy as np

        once = np.ones((1, len(labels)), dtype=np.int64)
        return Score(value=float(self.resampled(labels, probabilities, once)[0]))

    def resampled(
        self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], counts: NDArray[np.int64], /
    ) -> NDArray[np.float64]:
        """Return one kappa a resample; counts ``(resamples, n)`` say how often each image is in it."""
        import numpy as np

        pairs = labels * self.grades + probabilities.argmax(axis=1)
        chosen = (pairs[:, np.newaxis] == np.arange(self.grades**2)).astype(np.float64)
        observed = (counts @ chosen).reshape(-1, self.grades, self.grades)
        actual, predicted = observed.sum(axis=2), observed.sum(axis=1)
        grade = np.arange(self.grades)
        squares = (grade[:, np.newaxis] - grade) ** 2
        disagreement = (squares * observed).sum(axis=(1, 2)) * observed.sum(axis=(1, 2))
        by_chance = np.einsum("ij,ri,rj->r", squares, actual, predicted)
        kappa: NDArray[np.float64] = 1 - np.divide(
            disagreement, by_chance, out=np.full(len(counts), np.nan), where=by_chance > 0
        )
        return kappa


def build_quadratic_kappa(_params: QuadraticKappaParams, task: MetricTask) -> ResampledMetricFunction:
    """Return the kappa."""
    return QuadraticKappa(len(task.classes))


@hookimpl
def sightkit_metrics() -> list[Metric[QuadraticKappaParams]]:
    """Offer the quadratic kappa."""
    return [
        Metric(
            name="quadratic-kappa",
            summary="Agreement of grades; far off counts more.",
            params=QuadraticKappaParams,
            build=build_quadratic_kappa,
        )
    ]
