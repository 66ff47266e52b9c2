"""Agreement of predictions with labels, as a single number: Cohen's kappa and Matthews' correlation."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit_plugins.metrics._counts import ClassCounts, divided

if TYPE_CHECKING:
    from numpy.typing import NDArray


def kappa_of(counts: ClassCounts) -> NDArray[np.float64]:
    """Return Cohen's kappa; ``nan`` where chance alone agrees always, or without images."""
    images = counts.images[:, 0]
    by_chance = (counts.actual * counts.predicted).sum(axis=-1)
    return divided(counts.correct.sum(axis=-1) * images - by_chance, images**2 - by_chance, otherwise=np.nan)


def matthews_of(counts: ClassCounts) -> NDArray[np.float64]:
    """Return Matthews' correlation; 0 where there is only one class among labels or predictions, ``nan`` for nothing.

    Written for any number of classes by J. Gorodkin, "Comparing two K-category assignments by a K-category correlation
    coefficient", Computational Biology and Chemistry 28 (2004), 367-374.
    """
    images = counts.images[:, 0]
    together = counts.correct.sum(axis=-1) * images - (counts.actual * counts.predicted).sum(axis=-1)
    actual = images**2 - (counts.actual**2).sum(axis=-1)
    predicted = images**2 - (counts.predicted**2).sum(axis=-1)
    return np.where(images > 0, divided(together, np.sqrt(actual) * np.sqrt(predicted)), np.nan)
