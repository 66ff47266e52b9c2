"""The search: everything that is to be said of the images of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING

from sightkit.images.decoding.reading import place_of
from sightkit.images.findings.balance import absent_classes, imbalance, unusable_classes
from sightkit.images.findings.condition import bad_images, wrong_extensions
from sightkit.images.findings.finding import Finding
from sightkit.images.findings.near_duplicates import near_duplicates

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.images.pictures import Pictures
    from sightkit.images.splits.division import Division


def find_all(source: ImageSource, pictures: Pictures, division: Division, *, skip: bool) -> Iterator[Finding]:
    """Yield everything that is to be said of the images, what they are refused for first.

    Args:
        source: The images.
        pictures: What was seen of them.
        division: Their splits, and what was found when they were made.
        skip: Whether bad images are left out.
    """
    ids, labels, classes = source.samples.ids, source.samples.labels, source.classes
    places = {row: place_of(source, row) for row in pictures.problems}
    refusable = [
        bad_images(pictures.problems, ids=ids, places=places, skip=skip),
        unusable_classes(labels, division.splits, classes=classes),
        *division.findings,
    ]
    if "train" not in division.splits:
        yield nothing_to_train_on(len(ids), division)
        yield from (replace(each, refused=True) for each in refusable if each)  # since they are why
        return
    yield from filter(None, refusable)
    warnings = [
        wrong_extensions(pictures.facts, ids=ids),
        *absent_classes(labels, division.splits, classes=classes),
        imbalance(labels, division.splits, classes=classes),
        near_duplicates(pictures.facts, pictures.images, splits=division.splits, ids=ids),
    ]
    yield from filter(None, warnings)


def nothing_to_train_on(count: int, division: Division) -> Finding:
    """Return that no image is in the training split."""
    used = {split: len(rows) for split, rows in division.splits.items()}
    left_out = count - sum(used.values())
    where = [f"{number:,} in {split}" for split, number in used.items()]
    if left_out:
        where.append(f"{left_out:,} left out")
    return Finding(
        kind="nothing-to-train-on",
        refused=True,
        summary=f"no images are left to train on: of {count:,} are {' and '.join(where)}",
        remedy="mend the images, or have fewer of them left out",
        cases=(),
    )
