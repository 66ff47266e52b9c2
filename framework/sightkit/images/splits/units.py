"""Units: images that move as a whole when images are divided, because they are one group or the same image.

Which images belong together is an array, int64 of shape ``(n,)``, that has for each image the first row of those it
belongs together with; its own row if it is alone or the first.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, TypeVar

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    Numbers = TypeVar("Numbers", np.int8, np.int64)


def same_group(groups: Sequence[str | None] | None, count: int) -> NDArray[np.int64]:
    """Return which of ``count`` images are of one group."""
    if groups is None:
        return np.arange(count)
    first: dict[str, int] = {}
    return np.array(
        [row if group is None else first.setdefault(group, row) for row, group in enumerate(groups)], np.int64
    )


def same_image(digests: NDArray[np.uint64] | None, count: int) -> NDArray[np.int64]:
    """Return which of ``count`` images are exact duplicates: those of one digest, uint64 of shape ``(count, 2)``."""
    together = np.arange(count)
    if digests is None:
        return together
    order = np.lexsort((digests[:, 1], digests[:, 0]))  # it is stable: of one digest, the first row comes first
    ordered = digests[order]
    is_first = np.ones(count, np.bool_)
    is_first[1:] = (ordered[1:] != ordered[:-1]).any(axis=1)
    together[order] = order[is_first][np.cumsum(is_first) - 1]
    return together


def joined(one: NDArray[np.int64], other: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return what belongs together by one of two arrays, or by both in turns: a union-find, the lowest row its root."""
    rows = np.arange(len(one))
    if (one == rows).all() or (other == rows).all():
        return np.minimum(one, other)
    parent: list[int] = one.tolist()

    def root(row: int) -> int:
        while parent[row] != row:
            parent[row] = row = parent[parent[row]]
        return row

    for row in np.flatnonzero(other != rows).tolist():
        lower, higher = sorted((root(row), root(int(other[row]))))
        parent[higher] = lower
    for row in range(len(parent)):
        parent[row] = parent[parent[row]]  # that of a lower row is its root already
    return np.array(parent, np.int64)


def lowest(values: NDArray[Numbers], together: NDArray[np.int64]) -> NDArray[Numbers]:
    """Return, for each image, the lowest value of those that it belongs together with."""
    least = values.copy()
    np.minimum.at(least, together, values)
    return least[together]


def highest(values: NDArray[Numbers], together: NDArray[np.int64]) -> NDArray[Numbers]:
    """Return, for each image, the highest value of those that it belongs together with."""
    most = values.copy()
    np.maximum.at(most, together, values)
    return most[together]


def shuffled(
    rows: NDArray[np.int64], units: NDArray[np.int64], *, seed: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return some rows with their units in random order, those of one unit side by side and ascending.

    Args:
        rows: Some rows, ascending, int64 of shape ``(m,)``.
        units: What belongs together among all images.
        seed: Of the division.

    Returns:
        The rows, and the place of the unit of each of them in the random order: twice int64 of shape ``(m,)``.
    """
    names, unit = np.unique(units[rows], return_inverse=True)
    place = np.empty(len(names), np.int64)
    place[np.argsort(random_keys(len(names), seed=seed, stream=0), kind="stable")] = np.arange(len(names))
    order = np.argsort(place[unit], kind="stable")
    return rows[order], place[unit][order]


def random_keys(count: int, *, seed: int, stream: int) -> NDArray[np.uint64]:
    """Return 64 random bits ``count`` times, which are the same with any version of NumPy.

    Only the raw output of its Philox generator is used, which is fixed: what NumPy makes of it may change.
    """
    return np.random.Philox(key=np.array([seed, stream], dtype=np.uint64)).random_raw(count)
