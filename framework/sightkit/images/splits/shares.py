"""Shares: which images are set apart so that every class gives its share of them."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


def shares(counts: Sequence[int], *, fraction: float, in_train: Sequence[int], ties: Sequence[int]) -> list[int]:
    """Return how many images each class gives, by the method of largest remainders.

    The fraction is taken as it was written, 0.1 as one tenth, so that 0.29 of 50 images are 14.5 and not a little less.

    Args:
        counts: How many images there are of each class.
        fraction: The share, in [0, 1).
        in_train: How many training images each class has before anything is set apart. None gives its last one.
        ties: A number for each class; of those with equal remainders, the ones with the lowest give one image more.
    """
    exact = [Fraction(str(fraction)) * count for count in counts]
    wanted = [math.floor(share) for share in exact]
    missing = math.floor(sum(exact) + Fraction(1, 2)) - sum(wanted)
    may_give_more = [
        label for label, count in enumerate(counts) if wanted[label] < count and wanted[label] + 1 < in_train[label]
    ]
    for label in sorted(may_give_more, key=lambda label: (wanted[label] - exact[label], ties[label]))[:missing]:
        wanted[label] += 1
    return wanted


def draw(
    labels: NDArray[np.int64], units: NDArray[np.int64], *, wanted: Sequence[int], in_train: Sequence[int]
) -> NDArray[np.bool_]:
    """Return which images are set apart: unit for unit, each taken where it brings the classes nearer to their shares.

    Args:
        labels: The label of each image, int64 of shape ``(m,)``.
        units: The number of the unit of each image, ascending, int64 of shape ``(m,)``.
        wanted: How many images each class is to give.
        in_train: How many training images each class has before anything is set apart. None gives its last one.

    Returns:
        bool of shape ``(m,)``.
    """
    label_of: list[int] = labels.tolist()
    starts: list[int] = [*np.flatnonzero(np.diff(units, prepend=-1)).tolist(), len(label_of)]
    lacking, left, missing = list(wanted), list(in_train), sum(wanted)
    drawn = np.zeros(len(label_of), np.bool_)
    nearest: tuple[int, int, int] | None = None
    for start, end in pairwise(starts):
        if not missing:
            break
        counts = Counter(label_of[start:end]).items() if end - start > 1 else ((label_of[start], 1),)
        if any(count >= left[label] for label, count in counts):
            continue
        gain = sum(abs(lacking[label]) - abs(lacking[label] - count) for label, count in counts)
        if gain > 0:
            drawn[start:end] = True
            for label, count in counts:
                missing -= min(count, max(lacking[label], 0))
                lacking[label] -= count
                left[label] -= count
        elif nearest is None or gain > nearest[0]:
            nearest = gain, start, end
    if not drawn.any() and nearest is not None:  # every unit is larger than what is wanted: better one than none
        _, start, end = nearest
        drawn[start:end] = True
    return drawn
