"""The confusion matrix as the page shows it: how dark each cell is, and which classes are confused most."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sightkit_plugins.reports._confusion import ConfusionMatrix

SHADES = 10
PAIRS = 15


def shades(matrix: ConfusionMatrix) -> list[list[int]]:
    """Return how dark each cell is, from 0 for none to 10 for all images of its class.

    Darkness follows the square root of the share: the few confusions that matter would be white on a straight scale.
    """
    rates = np.nan_to_num(matrix.rates)
    steps: list[list[int]] = np.ceil(SHADES * np.sqrt(rates)).astype(np.int64).tolist()
    return steps


def confused_pairs(matrix: ConfusionMatrix) -> list[tuple[int, int, int, float]]:
    """Return the most confused pairs: the actual class, what it was taken for, how many images, the share of them."""
    wrong = matrix.counts - np.diag(np.diagonal(matrix.counts))
    rates = np.nan_to_num(matrix.rates)
    # Of pairs that are equally frequent, the one whose actual class is smaller is the more confused.
    order = np.lexsort((-rates.ravel(), -wrong.ravel()))[:PAIRS]
    pairs = [divmod(int(cell), len(matrix.classes)) for cell in order if wrong.flat[cell]]
    return [(actual, other, int(wrong[actual, other]), float(rates[actual, other])) for actual, other in pairs]
