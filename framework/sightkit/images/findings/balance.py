"""The balance of classes: those without images, those missing from a split, and those that outnumber the others."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sightkit.images.findings.finding import Case, Finding

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import SplitName

IMBALANCE = 10
"""A class with so many times the training images of another one is worth a warning."""


def counts_by_split(
    labels: NDArray[np.int64], splits: Mapping[SplitName, NDArray[np.int64]], *, num_classes: int
) -> dict[SplitName, NDArray[np.int64]]:
    """Return how many images of each class are in each split, int64 ``(num_classes,)``."""
    return {name: np.bincount(labels[rows], minlength=num_classes) for name, rows in splits.items()}


def unusable_classes(
    labels: NDArray[np.int64], splits: Mapping[SplitName, NDArray[np.int64]], *, classes: Sequence[str]
) -> Finding | None:
    """Return the classes none of whose images are in any split; the data is refused.

    Args:
        labels: The label of each image, int64 ``(n,)``.
        splits: The rows of each split.
        classes: The class names.
    """
    images = np.bincount(labels, minlength=len(classes))
    usable = np.zeros_like(images)
    for counts in counts_by_split(labels, splits, num_classes=len(classes)).values():
        usable += counts
    without = np.flatnonzero(usable == 0).tolist()
    if not without:
        return None
    return Finding(
        kind="absent-class",
        refused=True,
        summary=f"{of_classes(without, classes)} no image that can be used",
        remedy="add images or leave the class out",
        cases=tuple(Case((), f"{classes[label]!r}: 0 of {images[label]:,} can be used") for label in without),
    )


def absent_classes(
    labels: NDArray[np.int64], splits: Mapping[SplitName, NDArray[np.int64]], *, classes: Sequence[str]
) -> list[Finding]:
    """Return, for each split, the classes of which it has no image.

    Args:
        labels: The label of each image, int64 ``(n,)``.
        splits: The rows of each split.
        classes: The class names.
    """
    findings = []
    for split, counts in counts_by_split(labels, splits, num_classes=len(classes)).items():
        if absent := np.flatnonzero(counts == 0).tolist():
            consequence = "be learnt" if split == "train" else "be judged there"
            findings.append(
                Finding(
                    kind="absent-class",
                    refused=False,
                    summary=f"{of_classes(absent, classes)} no image in the {split} split",
                    remedy=f"they cannot {consequence}; add images, or give the split a larger share",
                    cases=tuple(Case((), f"{classes[label]!r}") for label in absent),
                )
            )
    return findings


def imbalance(
    labels: NDArray[np.int64], splits: Mapping[SplitName, NDArray[np.int64]], *, classes: Sequence[str]
) -> Finding | None:
    """Return that the training split has at least `IMBALANCE` times the images of one class that it has of another.

    Args:
        labels: The label of each image, int64 ``(n,)``.
        splits: The rows of each split.
        classes: The class names.
    """
    counts = counts_by_split(labels, splits, num_classes=len(classes))["train"]
    largest = int(counts.argmax())
    small = np.flatnonzero((counts > 0) & (counts * IMBALANCE <= counts[largest])).tolist()
    if not small:
        return None
    smallest = min(small, key=lambda label: int(counts[label]))
    times = counts[largest] // counts[smallest]
    return Finding(
        kind="class-imbalance",
        refused=False,
        summary=f"{classes[largest]!r} has {counts[largest]:,} training images, {times:,} times as many as "
        f"{classes[smallest]!r} with {counts[smallest]:,}",
        remedy='set training.sampling or training.class_weights to "balanced", and look at the scores of each class',
        cases=tuple(Case((), f"{classes[label]!r}: {counts[label]:,} training images") for label in small),
    )


def of_classes(some: Sequence[int], classes: Sequence[str]) -> str:
    """Return the beginning of a sentence on some of the classes."""
    return f"{len(some):,} of {len(classes):,} classes {'has' if len(some) == 1 else 'have'}"
