"""Images of another dataset, in the form and under the labels that a trained model knows."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError
from sightkit.images.checks import LISTED, check_sound, named
from sightkit.images.decoding.facts import GOOD
from sightkit.images.decoding.reading import place_of
from sightkit.images.findings.condition import bad_images
from sightkit.images.findings.finding import RefusedDataError, refusal
from sightkit.images.pictures import Pictures, ProgressFunction, look_through
from sightkit.images.store.stored import stored_pictures
from sightkit.toml.problems import nearest

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form
    from sightkit.images.maker import Maker
    from sightkit.images.prepared import ImageArray

UNKNOWN = -1
"""The label of an image whose class the model doesn't know."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class LabelledImages:
    """Images of another dataset, and those of them that a model can be judged on.

    Attributes:
        ids: The name of each image, length ``n``.
        labels: int64 ``(n,)``: indices into the classes of the model, `UNKNOWN` where it doesn't know the class.
        images: uint8 ``(n, height, width, channels)``.
        rows: Which of them the model is judged on, int64, ascending.
        fingerprint: The source's.
        notes: What a reader of the scores has to know of them.
    """

    ids: tuple[str, ...]
    labels: NDArray[np.int64]
    images: ImageArray
    rows: NDArray[np.int64]
    fingerprint: str
    notes: tuple[str, ...]

    def digest(self) -> str:
        """Return the SHA-256 of the ids and labels of the images that are judged, in hexadecimal."""
        pairs = [[self.ids[row], int(self.labels[row])] for row in self.rows.tolist()]
        return hashlib.sha256(json.dumps(pairs).encode()).hexdigest()


def read_labelled(
    source: ImageSource,
    *,
    form: Form,
    classes: Sequence[str],
    split: str | None = None,
    skip_unknown: bool = False,
    skip_bad: bool = False,
    cache: Path | None = None,
    maker: Maker | None = None,
    progress: ProgressFunction | None = None,
    waiting: Callable[[], None] | None = None,
) -> LabelledImages:
    """Return the images of a source for a model that was trained on another one.

    Classes are the same where their names are, whatever their order. The source may lack some of them.

    Args:
        source: The images.
        form: What they are brought to: the one that the model was trained with.
        classes: Those of the model, in label order.
        split: Only the images that the source itself puts into this split; by default all.
        skip_unknown: Leave out images of classes that the model doesn't know, instead of refusing the data.
        skip_bad: Leave out images that can't be decoded, instead of refusing the data.
        cache: Where prepared images are kept and found again; ``None`` keeps nothing.
        maker: Who made the source; ``None`` where nobody knows.
        progress: Told how many images are read.
        waiting: Called once if another process prepares the same images already.

    Raises:
        DataError: the table contradicts itself, has other classes or no such split, or images can't be decoded.
        StorageError: the prepared images can't be kept.
    """
    check_sound(source)
    labels = labels_of_model(source, classes)
    wanted = in_split(source, split)
    notes = [*unknown_classes(source, wanted & (labels == UNKNOWN), classes=classes, skip=skip_unknown)]
    wanted &= labels != UNKNOWN
    if cache is None:
        pictures = look_through(source, form, progress, looks=False)
    else:
        pictures = stored_pictures(source, form, cache=cache, maker=maker, progress=progress, waiting=waiting)
    notes += left_out(source, pictures, wanted, skip=skip_bad)
    wanted &= pictures.facts["state"] == GOOD
    rows = np.flatnonzero(wanted)
    if not len(rows):
        message = "no images are left to judge the model on"
        raise DataError("; ".join([message, *notes]))
    notes += absent_classes(labels[rows], classes)
    return LabelledImages(
        ids=tuple(source.samples.ids),
        labels=labels,
        images=pictures.images,
        rows=rows,
        fingerprint=pictures.fingerprint,
        notes=tuple(notes),
    )


def labels_of_model(source: ImageSource, classes: Sequence[str]) -> NDArray[np.int64]:
    """Return the label that the model has for each image, int64 ``(n,)``."""
    label_of = {name: label for label, name in enumerate(classes)}
    known = np.array([label_of.get(name, UNKNOWN) for name in source.classes], dtype=np.int64)
    labels: NDArray[np.int64] = known[source.samples.labels]
    return labels


def in_split(source: ImageSource, split: str | None) -> NDArray[np.bool_]:
    """Return which images the source itself puts into a split, bool ``(n,)``; all without one.

    Raises:
        DataError: there are none.
    """
    count = len(source.samples.ids)
    if split is None:
        return np.ones(count, dtype=np.bool_)
    splits = source.samples.splits or ()
    chosen = np.array([each == split for each in splits] or [False] * count)
    if not chosen.any():
        own = sorted({each for each in splits if each})
        message = (
            f"expected images that the dataset itself puts into the split {split!r}, found none; "
            f"its splits: {', '.join(own) or 'none'}; without --split all its images are judged"
        )
        raise DataError(message)
    return chosen


def unknown_classes(
    source: ImageSource, unknown: NDArray[np.bool_], *, classes: Sequence[str], skip: bool
) -> list[str]:
    """Return what there is to say of images of classes that the model doesn't know.

    Raises:
        DataError: there are some, and they are not to be left out.
    """
    counts = np.bincount(source.samples.labels[unknown], minlength=len(source.classes)).tolist()
    found = {name: count for name, count in zip(source.classes, counts, strict=True) if count}
    if not found:
        return []
    some = [f"{name!r} ({count:,})" for name, count in found.items()]
    listed = ", ".join(some[:LISTED]) + (f" and {len(some) - LISTED:,} more" if len(some) > LISTED else "")
    if skip:
        return [f"images of classes that the run doesn't know were left out: {listed}"]
    near = {name: near for name in found if (near := nearest(name, classes))}
    hints = [f"did you mean {known!r} by {name!r}?" for name, known in list(near.items())[:LISTED]]
    message = (
        f"expected images of the run's classes, {named(classes)}, found other ones: {listed}; "
        f"{' '.join([*hints, 'Rename' if hints else 'rename'])} them, or leave their images out with --skip-unknown"
    )
    raise DataError(message)


def left_out(source: ImageSource, pictures: Pictures, wanted: NDArray[np.bool_], *, skip: bool) -> list[str]:
    """Return what there is to say of images that can't be decoded.

    Raises:
        RefusedDataError: there are some, and they are not to be left out.
    """
    problems = {row: problem for row, problem in pictures.problems.items() if wanted[row]}
    places = {row: place_of(source, row) for row in problems}
    finding = bad_images(problems, ids=source.samples.ids, places=places, skip=skip)
    if finding is None:
        return []
    if finding.refused:
        finding = replace(finding, remedy="replace or remove them, or leave them out with --skip-bad")
        raise RefusedDataError(refusal([finding]), (finding,))
    return [finding.summary]


def absent_classes(labels: NDArray[np.int64], classes: Sequence[str]) -> list[str]:
    """Return what there is to say of classes without images."""
    counts = np.bincount(labels, minlength=len(classes))
    absent = [name for name, count in zip(classes, counts, strict=True) if count == 0]
    return [f"no images of {len(absent):,} of the {len(classes):,} classes: {named(absent)}"] if absent else []
