"""Exact duplicates that contradict each other: one image in two splits of the source, or under two labels."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sightkit.contracts import SPLIT_NAMES
from sightkit.images.findings.finding import Case, Finding
from sightkit.images.splits.stated import OPEN, TRAIN, VALIDATION
from sightkit.images.splits.units import highest, lowest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images.splits.units import Numbers

Policy: TypeAlias = Literal["error", "drop-train", "allow"]
"""What ``split.duplicates`` may say: refuse them, leave them out of training, or warn."""


def across_splits(
    splits: NDArray[np.int8], same: NDArray[np.int64], *, ids: Sequence[str], policy: Policy
) -> tuple[NDArray[np.bool_], Finding | None]:
    """Find the images that the source has in several splits.

    Args:
        splits: What the source states of each image, int8 of shape ``(n,)``; of one image all is open or nothing.
        same: Which images are exact duplicates, see `units`.
        ids: The name of each image.
        policy: What happens to them. To leave them out means that an image stays in the last of its splits: one for
            validation and testing would choose the weights by what they are judged on.

    Returns:
        Which images are left out, bool of shape ``(n,)``, and what there is to say of them.
    """
    last = highest(splits, same)
    out = (splits < last) & (policy == "drop-train")
    cases = cases_of(splits, same, ids=ids, names=SPLIT_NAMES)
    if not cases:
        return out, None
    remedies: dict[Policy, str] = {
        "error": 'set split.duplicates to "drop-train" or "allow", or remove them',
        "drop-train": "remove them from one of the splits",
        "allow": 'scores on what was trained on are too good: set split.duplicates to "drop-train", or remove them',
    }
    told = [f"{counted(len(cases), 'image is', 'images are')} in more than one split of the dataset's own"]
    for split, place in ((TRAIN, "training"), (VALIDATION, "validation")):
        if count := int((out & (splits == split)).sum()):
            told.append(f"{counted(count, 'copy', 'copies')} left out of {place}")
    return out, Finding(
        kind="duplicate-across-splits",
        refused=policy == "error",
        summary="; ".join(told),
        remedy=remedies[policy],
        cases=cases,
    )


def under_two_labels(
    labels: NDArray[np.int64],
    splits: NDArray[np.int8],
    same: NDArray[np.int64],
    *,
    ids: Sequence[str],
    classes: Sequence[str],
    policy: Policy,
) -> tuple[NDArray[np.bool_], Finding | None]:
    """Find the images that have several labels.

    Args:
        labels: The label of each image, int64 of shape ``(n,)``.
        splits: What the source states of each image, int8 of shape ``(n,)``.
        same: Which images are exact duplicates, see `units`.
        ids: The name of each image.
        classes: The class names.
        policy: What happens to them. To leave them out means that none is trained on, since nobody knows which label
            is right, nor gets into a split of our making. In the source's own, what is judged on stays.

    Returns:
        Which images are left out, bool of shape ``(n,)``, and what there is to say of them.
    """
    ours = (splits == TRAIN) | (splits == OPEN)
    out = ours & (lowest(labels, same) < highest(labels, same)) & (policy == "drop-train")
    cases = cases_of(labels, same, ids=ids, names=classes)
    if not cases:
        return out, None
    remedies: dict[Policy, str] = {
        "error": 'correct their labels, or set split.duplicates to "drop-train" or "allow"',
        "drop-train": "correct their labels",
        "allow": 'correct their labels, or set split.duplicates to "drop-train"',
    }
    told = [f"{counted(len(cases), 'image occurs', 'images occur')} under more than one label"]
    if count := int(out.sum()):
        told.append(f"{counted(count, 'copy', 'copies')} left out")
    return out, Finding(
        kind="duplicate-under-two-labels",
        refused=policy == "error",
        summary="; ".join(told),
        remedy=remedies[policy],
        cases=cases,
    )


def cases_of(
    values: NDArray[Numbers], same: NDArray[np.int64], *, ids: Sequence[str], names: Sequence[str]
) -> tuple[Case, ...]:
    """Return a case for each image whose copies have several values, with the names of these values."""
    copies: dict[int, list[int]] = {}
    for row in np.flatnonzero(lowest(values, same) < highest(values, same)).tolist():
        copies.setdefault(int(same[row]), []).append(row)
    cases = []
    for rows in copies.values():
        found = np.unique(values[rows]).tolist()
        cases.append(Case(tuple(ids[row] for row in rows), " and ".join(names[value] for value in found)))
    return tuple(cases)


def counted(count: int, one: str, several: str) -> str:
    """Return a number with its noun."""
    return f"{count:,} {one if count == 1 else several}"
