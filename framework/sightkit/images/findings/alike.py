"""Pairs of images that may look alike: hashes of `look` that differ in few bits, found without comparing all pairs."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

MAX_BITS = 4
"""By so many bits two hashes may differ. All of 300 photographs that were compressed, resized or darkened stay within,
and so do 41,000 of the 540 million pairs of Fashion-MNIST's training and test images."""

BANDS = MAX_BITS + 1
"""Two hashes that differ in at most `MAX_BITS` bits agree in at least one of so many bands."""

CROWD = 1000
"""With so many hashes that agree in a band one is compared, at most."""

PARTNERS = 512
"""So many partners of an image are considered, those with the fewest differing bits."""

BLOCK = 1024
"""For so many images at a time, which bounds the memory."""

# Every fifth bit: neighbouring frequencies go together, so that a band of neighbours would tell less.
MASKS = [np.uint64(sum(1 << bit for bit in range(band, 64, BANDS))) for band in range(BANDS)]


@dataclass(frozen=True, slots=True)
class Pairs:
    """Pairs of images, one from each of two sets.

    Attributes:
        left: Positions in the first set, int64 ``(pairs,)``.
        right: Positions in the second set, int64 ``(pairs,)``.
        bits: By how many bits their hashes differ, uint8 ``(pairs,)``.
        complete: Whether these are all pairs; otherwise there were too many.
    """

    left: NDArray[np.int64]
    right: NDArray[np.int64]
    bits: NDArray[np.uint8]
    complete: bool = True

    def at(self, places: NDArray[Any]) -> Pairs:
        """Return the pairs at ``places``."""
        return Pairs(self.left[places], self.right[places], self.bits[places], self.complete)


def alike(left: NDArray[Any], right: NDArray[Any]) -> Pairs:
    """Return pairs of images that may look alike, at most `PARTNERS` for each image on the right.

    Time and memory grow with the number of images, not of pairs, even where thousands share one hash. What the
    images are decides which pairs are left out then, not their order.

    Args:
        left: `FACTS` of some images.
        right: `FACTS` of others.
    """
    left_order, right_order = ordered(left), ordered(right)
    left_looks, left_first, left_count = np.unique(left["look"][left_order], return_index=True, return_counts=True)
    right_looks, right_first, right_count = np.unique(right["look"][right_order], return_index=True, return_counts=True)
    taken = np.minimum(left_count, PARTNERS)
    hashes = near(left_looks, right_looks, taken)
    # From hashes to the images that have them.
    wide = taken[hashes.left]
    sizes = wide * right_count[hashes.right]
    inside, places = counted(sizes), np.repeat(np.arange(len(sizes)), sizes)
    images = Pairs(
        left_first[hashes.left][places] + inside % wide[places],
        right_first[hashes.right][places] + inside // wide[places],
        hashes.bits[places],
        hashes.complete and bool((left_count[hashes.left] <= PARTNERS).all()),
    )
    images = nearest(images, np.ones(len(images.left), np.int64))
    return replace(images, left=left_order[images.left], right=right_order[images.right])


def ordered(facts: NDArray[Any]) -> NDArray[np.int64]:
    """Return the order of images by hash, those of one hash by content."""
    return np.lexsort((facts["digest"][:, 1], facts["digest"][:, 0], facts["look"]))


def near(left: NDArray[np.uint64], right: NDArray[np.uint64], taken: NDArray[np.int64]) -> Pairs:
    """Return pairs of hashes that differ in at most `MAX_BITS` bits.

    Args:
        left: Sorted, each hash once.
        right: Sorted, each hash once.
        taken: How many partners each hash on the left stands for.
    """
    orders = [np.argsort(left & mask, kind="stable") for mask in MASKS]
    keys = [(left & mask)[order] for mask, order in zip(MASKS, orders, strict=True)]
    blocks = []
    # Once even if there is nothing, so that there is a block.
    for start in range(0, max(1, len(right)), BLOCK):
        some = right[start : start + BLOCK]
        pairs = together([in_band(band, left, some, orders[band], keys[band]) for band in range(BANDS)])
        pairs = replace(pairs, right=pairs.right + start)
        blocks.append(nearest(pairs, taken[pairs.left]))
    return together(blocks)


def together(some: Sequence[Pairs]) -> Pairs:
    """Return several sets of pairs as one."""
    return Pairs(
        np.concatenate([each.left for each in some]),
        np.concatenate([each.right for each in some]),
        np.concatenate([each.bits for each in some]),
        all(each.complete for each in some),
    )


def in_band(
    band: int,
    left: NDArray[np.uint64],
    right: NDArray[np.uint64],
    order: NDArray[np.int64],
    keys: NDArray[np.uint64],
) -> Pairs:
    """Return the pairs that agree in a band but in none before it, and differ in few bits altogether."""
    wanted = right & MASKS[band]
    first = np.searchsorted(keys, wanted, "left")
    sizes = np.searchsorted(keys, wanted, "right") - first
    cut = np.minimum(sizes, CROWD)
    rights = np.repeat(np.arange(len(right)), cut)
    lefts = order[np.repeat(first, cut) + counted(cut)]
    differing = left[lefts] ^ right[rights]
    bits = np.bitwise_count(differing)
    new = bits <= MAX_BITS
    for mask in MASKS[:band]:
        new &= (differing & mask) != 0
    return Pairs(lefts[new], rights[new], bits[new], bool((sizes <= CROWD).all()))


def nearest(pairs: Pairs, taken: NDArray[np.int64]) -> Pairs:
    """Return, for each on the right, the nearest until they stand for `PARTNERS`; of equally near ones the first."""
    order = np.lexsort((pairs.left, pairs.bits, pairs.right))
    pairs, taken = pairs.at(order), taken[order]
    before = np.cumsum(taken) - taken
    _, first, sizes = np.unique(pairs.right, return_index=True, return_counts=True)
    kept = before - np.repeat(before[first], sizes) < PARTNERS
    pairs = pairs.at(kept)
    return replace(pairs, complete=pairs.complete and bool(kept.all()))


def counted(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return 0, 1, 2, ... for each of several groups, one behind the other."""
    return np.arange(sizes.sum()) - np.repeat(np.cumsum(sizes) - sizes, sizes)
