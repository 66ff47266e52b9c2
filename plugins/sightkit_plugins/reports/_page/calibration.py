"""The reliability diagram: whether the model is right as often as it is sure.

Bins of equal width over the probability of the predicted class, and the expected calibration error over them, are those
of Guo et al., "On Calibration of Modern Neural Networks", ICML 2017, section 2.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit import wilson_interval
from sightkit_plugins.reports._page.chart import Axis

if TYPE_CHECKING:
    from sightkit_plugins.reports._page.outcome import Outcome

BINS = 15
X = Axis(0, 1, 44, 332)
Y = Axis(0, 1, 272, 10)
COUNTS_TOP, COUNTS_BOTTOM = 306, 356
"""Between these the numbers of images are drawn, below the diagram."""


@dataclass(frozen=True, kw_only=True)
class Bin:
    """The predictions of about one certainty.

    Attributes:
        low: The lowest certainty, in [0, 1].
        high: The highest.
        images: How many there are, at least one.
        certainty: Their mean certainty.
        right: The share of them that was right.
        interval: Wilson's 95 % interval of that share.
    """

    low: float
    high: float
    images: int
    certainty: float
    right: float
    interval: tuple[float, float]


@dataclass(frozen=True, kw_only=True)
class Calibration:
    """A reliability diagram.

    Attributes:
        bins: Those with images in them.
        error: The expected calibration error.
        certainty: The mean certainty of all predictions.
        right: The share of all that was right.
    """

    bins: list[Bin]
    error: float
    certainty: float
    right: float
    x: Axis = X
    y: Axis = Y

    def bar(self, each: Bin) -> float:
        """Return how high the bar is that says how many images a bin has."""
        most = max(other.images for other in self.bins)
        return round((COUNTS_BOTTOM - COUNTS_TOP) * each.images / most, 2)


def calibration_of(outcome: Outcome) -> Calibration:
    """Return how well certainty agrees with being right; there is at least one image."""
    certainty, right = outcome.certainty, outcome.predicted == outcome.actual
    # A bin holds its upper edge, as in the paper.
    place = np.clip(np.ceil(certainty * BINS).astype(np.int64) - 1, 0, BINS - 1)
    bins = []
    for index in np.unique(place).tolist():
        here = place == index
        images, hits = int(here.sum()), int(right[here].sum())
        bins.append(
            Bin(
                low=index / BINS,
                high=(index + 1) / BINS,
                images=images,
                certainty=float(certainty[here].mean()),
                right=hits / images,
                interval=wilson_interval(hits, images),
            )
        )
    error = sum(each.images * abs(each.right - each.certainty) for each in bins) / len(certainty)
    return Calibration(bins=bins, error=error, certainty=float(certainty.mean()), right=float(right.mean()))
