"""Splits: which images are for training, which for validation, which for testing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sightkit.contracts import SPLIT_NAMES
from sightkit.errors import DataError
from sightkit.images.splits.duplicates import across_splits, under_two_labels
from sightkit.images.splits.folds import divide_into_folds
from sightkit.images.splits.shares import draw, shares
from sightkit.images.splits.stated import OPEN, OUT, TEST, TRAIN, VALIDATION, stated_splits
from sightkit.images.splits.units import joined, random_keys, same_group, same_image, shuffled

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import Samples, SplitName
    from sightkit.experiment import SplitSettings
    from sightkit.images.findings.finding import Finding


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Division:
    """How images are divided.

    Attributes:
        splits: The rows of each split, int64 and ascending; splits that are empty are absent.
        findings: What was found out on the way. If the data is refused for one of them, the splits are what they would
            be if it were allowed.
    """

    splits: dict[SplitName, NDArray[np.int64]]
    findings: tuple[Finding, ...]


def divide(
    samples: Samples,
    *,
    classes: Sequence[str],
    settings: SplitSettings,
    seed: int,
    digests: NDArray[np.uint64] | None = None,
    usable: NDArray[np.bool_] | None = None,
) -> Division:
    """Divide images into splits.

    What the source says stands: an image with a stated split keeps it, and a split that the source brings is never
    added to. What is missing is drawn from the images whose split the source leaves open; if it leaves none open,
    from its training images. The test images are drawn first, then the validation images from what remains. Every
    class gives its share by the method of largest remainders, so that totals are right to the image, but none gives
    its last training image. Groups move as a whole, and are taken where that brings the classes nearer to their
    shares; exact duplicates move as a group does.

    With `SplitSettings.folds`, what remains after testing is divided into so many parts instead, see
    `divide_into_folds`, and one of them is for validation. Over all of them every such image is validated on once, so
    here a class does give its last one.

    Exact duplicates that the source itself puts into several splits or under several labels are dealt with as
    `SplitSettings.duplicates` says, before anything is drawn.

    Args:
        samples: The table of images.
        classes: The class names, to tell of images under two labels.
        settings: Fractions, folds, and what happens to duplicates.
        seed: Of the division, in [0, 2**64). The same seed and table give the same splits with any version of
            NumPy.
        digests: What exact duplicates have in common, uint64 of shape ``(n, 2)``; ``None`` looks for none.
        usable: Which images can be used, bool of shape ``(n,)``; the others are in no split. By default all.

    Raises:
        DataError: the source puts the images of one group into several splits, or there can be no folds: the source
            brings validation images, or there are fewer images or groups than folds.
    """
    count = len(samples.ids)
    rows = np.arange(count) if usable is None else np.flatnonzero(usable)
    if len(rows) < count:
        samples = only(samples, rows)
        digests = None if digests is None else digests[rows]
    labels = samples.labels.astype(np.int64)

    groups, same = same_group(samples.groups, len(rows)), same_image(digests, len(rows))
    units = joined(groups, same)
    splits = stated_splits(samples, groups=groups, units=units)
    brought = {*np.unique(splits).tolist()}
    if settings.folds and VALIDATION in brought:
        found = int((splits == VALIDATION).sum())
        message = (
            f"split.folds: expected a dataset without validation images, found {found:,} of its own; leave out "
            "split.folds, or make training images of them"
        )
        raise DataError(message)
    contradictions = (
        across_splits(splits, same, ids=samples.ids, policy=settings.duplicates),
        under_two_labels(labels, splits, same, ids=samples.ids, classes=classes, policy=settings.duplicates),
    )
    for left_out, _ in contradictions:
        splits[left_out] = OUT
    fill(splits, labels, units, settings=settings, seed=seed, brought=brought)
    return Division(
        splits={name: rows[splits == code] for code, name in enumerate(SPLIT_NAMES) if (splits == code).any()},
        findings=tuple(finding for _, finding in contradictions if finding),
    )


def is_divided(samples: Samples, settings: SplitSettings) -> bool:
    """Say whether images may come to be in several splits; if not, all are for training."""
    stated = {*(samples.splits or ())} - {None, "train"}
    return bool(stated or settings.folds or settings.validation or settings.test)


def only(samples: Samples, rows: NDArray[np.int64]) -> Samples:
    """Return the table of some of the images."""
    return replace(
        samples,
        ids=[samples.ids[row] for row in rows],
        labels=samples.labels[rows],
        splits=None if samples.splits is None else [samples.splits[row] for row in rows],
        groups=None if samples.groups is None else [samples.groups[row] for row in rows],
        weights=None if samples.weights is None else samples.weights[rows],
    )


def fill(
    splits: NDArray[np.int8],
    labels: NDArray[np.int64],
    units: NDArray[np.int64],
    *,
    settings: SplitSettings,
    seed: int,
    brought: set[int],
) -> None:
    """Draw the splits that the source doesn't bring, in place; what is open afterwards is for training."""
    pool = np.flatnonzero(splits == (OPEN if (splits == OPEN).any() else TRAIN))
    rows, place = shuffled(pool, units, seed=seed)
    splits[splits == OPEN] = TRAIN
    for split, fraction in ((TEST, settings.test), (VALIDATION, settings.validation)):
        if split in brought:
            continue
        if split == VALIDATION and settings.folds:
            taken = divide_into_folds(labels[rows], place, folds=settings.folds) == settings.fold
        else:
            in_train = np.bincount(labels[splits == TRAIN], minlength=labels.max(initial=0) + 1).tolist()
            ties = random_keys(len(in_train), seed=seed, stream=split).tolist()
            counts = np.bincount(labels[rows], minlength=len(in_train)).tolist()
            wanted = shares(counts, fraction=fraction, in_train=in_train, ties=ties)
            taken = draw(labels[rows], place, wanted=wanted, in_train=in_train)
        splits[rows[taken]] = split
        rows, place = rows[~taken], place[~taken]
