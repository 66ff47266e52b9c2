"""Folds: images divided into parts of equal size, for cross-validation."""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray


ONE = 2**32
"""What stands for a whole class where a share of it is counted: in whole numbers, sums are the same everywhere."""


def divide_into_folds(labels: NDArray[np.int64], units: NDArray[np.int64], *, folds: int) -> NDArray[np.int64]:
    """Return the part that each image is in.

    Units of several images are dealt out first, the largest first, each to the part that has the fewest of its
    classes. Then the single images of each class fill up those parts that have the fewest of it. So there are equally
    many images of a class in all parts, or one more in some, unless large units stand against it, and equally many in
    all.

    Args:
        labels: The label of each image, int64 of shape ``(m,)``.
        units: The number of the unit of each image, in random order and ascending, int64 of shape ``(m,)``.
        folds: How many parts there are.

    Returns:
        int64 of shape ``(m,)``, in ``[0, folds)``.

    Raises:
        DataError: there are fewer units than parts.
    """
    starts = np.flatnonzero(np.diff(units, prepend=-1))
    sizes = np.diff(starts, append=len(units))
    if len(starts) < folds:
        what = "images" if (sizes == 1).all() else "groups of images that stay together"
        message = (
            f"split.folds: expected at most as many as there are {what} to divide, {len(starts):,}, found {folds:,}; "
            "set fewer folds"
        )
        raise DataError(message)
    part = np.empty(len(labels), np.int64)
    have = np.zeros((int(labels.max()) + 1, folds), np.int64)
    several = np.flatnonzero(sizes > 1)
    largest_first = several[np.argsort(-sizes[several], kind="stable")]
    deal_out(labels, starts[largest_first], sizes[largest_first], part=part, have=have)
    fill_up(labels, starts[sizes == 1], part=part, have=have)
    return part


def deal_out(
    labels: NDArray[np.int64],
    starts: NDArray[np.int64],
    sizes: NDArray[np.int64],
    *,
    part: NDArray[np.int64],
    have: NDArray[np.int64],
) -> None:
    """Put each unit into the part that has the smallest share of its classes; of equal ones, into the smallest part.

    Args:
        labels: The label of each image, int64 of shape ``(m,)``.
        starts: Where each unit starts, in the order in which they are dealt out.
        sizes: How many images each has.
        part: The part that each image is in, written to.
        have: How many images of each class each part has, int64 of shape ``(classes, folds)``, kept up to date.
    """
    label_of: list[int] = labels.tolist()
    of_class: list[int] = np.bincount(labels).tolist()
    totals = have.sum(axis=0)
    for start, size in zip(starts.tolist(), sizes.tolist(), strict=True):
        counts = Counter(label_of[start : start + size])
        crowding = sum((count * ONE // of_class[label]) * have[label] for label, count in counts.items())
        chosen = np.lexsort((totals, crowding))[0]
        part[start : start + size] = chosen
        for label, count in counts.items():
            have[label, chosen] += count
        totals[chosen] += size


def fill_up(
    labels: NDArray[np.int64], single: NDArray[np.int64], *, part: NDArray[np.int64], have: NDArray[np.int64]
) -> None:
    """Put the single images of each class into those parts that have the fewest of it; see `deal_out`."""
    totals = have.sum(axis=0)
    counts = np.bincount(labels[single], minlength=len(have))
    by_label = np.split(single[np.argsort(labels[single], kind="stable")], np.cumsum(counts)[:-1])
    for label, members in enumerate(by_label):
        given = levelled(have[label], totals, len(members))
        part[members] = np.repeat(np.arange(len(given)), given)
        have[label] += given
        totals += given


def levelled(counts: NDArray[np.int64], totals: NDArray[np.int64], amount: int) -> NDArray[np.int64]:
    """Return how many of ``amount`` images each part gets, so that those with the fewest rise to one level.

    Args:
        counts: How many images each part has of their class, int64 of shape ``(folds,)``.
        totals: How many it has of all classes; of parts that are level, those with the fewest get one more.
        amount: How many images there are.
    """
    levels = range(int(counts.max()) + amount + 1)
    level = bisect_right(levels, amount, key=lambda level: int(np.maximum(level - counts, 0).sum())) - 1
    given = np.maximum(level - counts, 0)
    at_level = np.flatnonzero(counts + given == level)
    one_more = at_level[np.argsort(totals[at_level] + given[at_level], kind="stable")][: amount - given.sum()]
    given[one_more] += 1
    return given
