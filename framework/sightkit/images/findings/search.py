"""The search: everything that is to be said of the images of a dataset."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

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
    refusable = [
        bad_images(pictures.problems, ids=ids, skip=skip),
        unusable_classes(pictures.facts, labels, classes=classes),
        *division.findings,
    ]
    yield from filter(None, refusable)
    if "train" not in division.splits:
        return
    warnings = [
        wrong_extensions(pictures.facts, ids=ids),
        *absent_classes(labels, division.splits, classes=classes),
        imbalance(labels, division.splits, classes=classes),
        near_duplicates(pictures.facts, pictures.images, splits=division.splits, ids=ids),
    ]
    yield from filter(None, warnings)
