"""An order of classes in which those that are taken for each other stand side by side."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit_plugins.reports._confusion import ConfusionMatrix

CLASSES_IN_BEST_ORDER = 500
"""Of more classes, the order of the leaves is that of the clustering: the best one takes the cube of their number."""


def similarity_order(matrix: ConfusionMatrix) -> NDArray[np.int64]:
    """Return the labels ordered so that classes that are taken for each other are neighbours, int64 ``(classes,)``.

    Two classes are the more similar, the larger the share of the one's images that was taken for the other, either way.
    They are clustered by average linkage, and the leaves put into the order in which neighbours are most alike: Z.
    Bar-Joseph, D. K. Gifford and T. S. Jaakkola, "Fast optimal leaf ordering for hierarchical clustering",
    Bioinformatics 17 (2001), S22-S29.
    """
    from scipy.cluster.hierarchy import leaves_list, linkage
    from scipy.spatial.distance import squareform

    if len(matrix.classes) < 3:
        return np.arange(len(matrix.classes))
    rates = np.nan_to_num(matrix.rates)
    distance = 1 - (rates + rates.T) / 2
    np.fill_diagonal(distance, 0)
    best = len(matrix.classes) <= CLASSES_IN_BEST_ORDER
    order: NDArray[np.int64] = leaves_list(linkage(squareform(distance), "average", optimal_ordering=best))
    return order.astype(np.int64)


def reordered(matrix: ConfusionMatrix, order: NDArray[np.int64]) -> ConfusionMatrix:
    """Return the same matrix with its classes in another order."""
    classes = tuple(matrix.classes[label] for label in order.tolist())
    return replace(matrix, classes=classes, counts=matrix.counts[np.ix_(order, order)])
