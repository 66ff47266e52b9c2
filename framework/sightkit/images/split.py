"""Splits: which images are for training, which for validation, which for testing."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import Samples, SplitName

SPLIT_NAMES: tuple[SplitName, ...] = ("train", "validation", "test")


def divide(samples: Samples, *, validation: float, test: float, seed: int) -> dict[SplitName, NDArray[np.int64]]:
    """Return the rows of each split.

    What the source says stands: an image with a stated split keeps it, and a split that the source brings is never
    added to. What is missing is drawn from the images whose split the source leaves open; if it leaves none open,
    from its training images. The test images are drawn first, then the validation images from what remains. Every
    class gives its share by the method of largest remainders, so that totals are right to the image, but none gives
    its last training image. Groups move as a whole, and are taken where that brings the classes nearer to their
    shares.

    Args:
        samples: The table of images.
        validation: Fraction of the images being divided that are not for testing, in [0, 1).
        test: Fraction of the images being divided, in [0, 1).
        seed: The experiment's seed, in [0, 2**64). The same seed and table give the same splits with any version of
            NumPy: only the raw output of its Philox generator is used, which is fixed.

    Returns:
        int64 arrays, ascending, that hold every row once between them; splits that are empty are absent.

    Raises:
        DataError: the source puts the images of one group into several splits.
    """
    stated = stated_splits(samples)
    labels: list[int] = samples.labels.tolist()
    missing = None if None in stated else "train"
    units = shuffled_units([row for row, split in enumerate(stated) if split == missing], samples.groups, seed=seed)
    in_train = Counter(label for label, split in zip(labels, stated, strict=True) if split in (None, "train"))

    split_of: list[SplitName] = [split or "train" for split in stated]
    fractions: dict[SplitName, float] = {"test": test, "validation": validation}
    for name, fraction in fractions.items():
        if name in stated:
            continue
        drawn = draw(units, labels, fraction=fraction, in_train=in_train)
        for row in (row for unit in drawn for row in unit):
            split_of[row] = name
            in_train[labels[row]] -= 1
        units = [unit for unit in units if split_of[unit[0]] != name]

    rows = np.arange(len(labels), dtype=np.int64)
    names = np.array(split_of)
    return {name: rows[names == name] for name in SPLIT_NAMES if name in split_of}


def stated_splits(samples: Samples) -> list[SplitName | None]:
    """Return what the source says of each image; what it says of one image of a group goes for the whole group."""
    stated: list[SplitName | None] = list(samples.splits or [None] * len(samples.ids))
    if samples.groups is None:
        return stated
    split_of_group: dict[str, SplitName] = {}
    for group, split in zip(samples.groups, stated, strict=True):
        if group is None or split is None:
            continue
        if split_of_group.setdefault(group, split) != split:
            message = (
                f"group {group!r}: expected all its images in one split, found some in {split_of_group[group]!r} and "
                f"some in {split!r}; correct the split or the group of these images"
            )
            raise DataError(message)
    return [
        split if group is None else split_of_group.get(group, split)
        for group, split in zip(samples.groups, stated, strict=True)
    ]


def shuffled_units(rows: Sequence[int], groups: Sequence[str | None] | None, *, seed: int) -> list[list[int]]:
    """Return what moves as a whole, whole groups or single images, in random order."""
    if groups is None:
        units = [[row] for row in rows]
    else:
        members: dict[str | int, list[int]] = {}
        for row in rows:
            group = groups[row]
            members.setdefault(row if group is None else group, []).append(row)
        units = list(members.values())
    keys = np.random.Philox(key=np.array([seed, 0], dtype=np.uint64)).random_raw(len(units))
    return [units[index] for index in np.argsort(keys, kind="stable").tolist()]


def draw(
    units: Sequence[Sequence[int]], labels: Sequence[int], *, fraction: float, in_train: Mapping[int, int]
) -> list[Sequence[int]]:
    """Return the units that are set apart, so that each class gives its share of the images.

    Args:
        units: Rows that move together.
        labels: The label of every row.
        fraction: The share, in [0, 1).
        in_train: How many training images each class has before anything is set apart.
    """
    wanted = shares(Counter(labels[row] for unit in units for row in unit), fraction=fraction, in_train=in_train)
    missing = sum(wanted.values())
    left = dict(in_train)
    drawn: list[Sequence[int]] = []
    nearest: tuple[int, Sequence[int]] | None = None
    for unit in units:
        if not missing:
            break
        counts = Counter(labels[row] for row in unit)
        if any(count >= left[label] for label, count in counts.items()):
            continue
        gain = sum(abs(wanted[label]) - abs(wanted[label] - count) for label, count in counts.items())
        if gain > 0:
            drawn.append(unit)
            for label, count in counts.items():
                missing -= min(count, max(wanted[label], 0))
                wanted[label] -= count
                left[label] -= count
        elif nearest is None or gain > nearest[0]:
            nearest = gain, unit
    if not drawn and nearest is not None:  # every group is larger than what is wanted: better one than none
        drawn = [nearest[1]]
    return drawn


def shares(counts: Mapping[int, int], *, fraction: float, in_train: Mapping[int, int]) -> dict[int, int]:
    """Return how many images each class gives, by the method of largest remainders.

    The fraction is taken as it was written, 0.1 as one tenth, so that 0.29 of 50 images are 14.5 and not a little less.
    """
    exact = {label: Fraction(str(fraction)) * counts[label] for label in sorted(counts)}
    wanted = {label: math.floor(share) for label, share in exact.items()}
    missing = math.floor(sum(exact.values()) + Fraction(1, 2)) - sum(wanted.values())
    may_give_more: Iterable[int] = (label for label in exact if wanted[label] + 1 < in_train[label])
    for label in sorted(may_give_more, key=lambda label: wanted[label] - exact[label])[:missing]:
        wanted[label] += 1
    return wanted
