"""The confusion matrix as the page shows it: how dark each cell is."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from sightkit_plugins.reports._confusion import ConfusionMatrix

SHADES = 10


def shades(matrix: ConfusionMatrix) -> list[list[int]]:
    """Return how dark each cell is, from 0 for none to 10 for all images of its class.

    Darkness follows the square root of the share: the few confusions that matter would be white on a straight scale.
    """
    rates = np.nan_to_num(matrix.rates)
    steps: list[list[int]] = np.ceil(SHADES * np.sqrt(rates)).astype(np.int64).tolist()
    return steps
