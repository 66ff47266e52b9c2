"""Checks of a dataset's table, before any image is read."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence, Sized
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.contracts import SPLIT_NAMES
from sightkit.errors import DataError
from sightkit.images.weights import check_weights

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sightkit.contracts import ImageSource, Samples

LISTED = 20
"""How many offenders a message names."""


def check_table(source: ImageSource) -> None:
    """Refuse a dataset that can't be trained on, or whose table contradicts itself.

    Raises:
        DataError: no images, fewer than two classes, a class without images, two images of one id, columns of
            different lengths, labels that are no index into the classes, or splits that don't exist.
    """
    check_sound(source)
    check_trainable(source)


def check_sound(source: ImageSource) -> None:
    """Refuse a dataset without images, or whose table contradicts itself."""
    samples = source.samples
    if len(samples.ids) == 0:
        message = "the dataset has no images; expected at least one of each class"
        raise DataError(message)
    check_names("class", source.classes)
    check_names("image id", samples.ids)
    check_columns(samples)
    check_labels(source.classes, samples)
    check_weights(samples)


def check_trainable(source: ImageSource) -> None:
    """Refuse a dataset with fewer than two classes, without images of a class, or without images to train on."""
    if len(source.classes) < 2:
        message = f"expected at least two classes, found {len(source.classes)}: {named(source.classes)}"
        raise DataError(message)
    samples = source.samples
    if samples.splits is not None and not {None, "train"} & (found := set(samples.splits)):
        message = f"expected images to train on, found all {len(samples.ids):,} in {' and '.join(map(str, found))}"
        raise DataError(message)
    counts = np.bincount(samples.labels.astype(np.int64), minlength=len(source.classes))
    if empty := [name for name, count in zip(source.classes, counts, strict=True) if count == 0]:
        message = f"expected images of every class, found none of {named(empty)}; add some or leave the class out"
        raise DataError(message)


def check_sequence(what: str, entries: object) -> None:
    """Refuse what is no sequence, or is one text, which is a sequence of letters."""
    if isinstance(entries, str) or not (isinstance(entries, Iterable) and isinstance(entries, Sized)):
        found = f"the text {entries!r}" if isinstance(entries, str) else type(entries).__name__
        message = f"expected a sequence of every {what}, found {found}"
        raise DataError(message)


def array_of(what: str, values: ArrayLike) -> NDArray[Any]:
    """Return values as an array, of whatever dtype and shape.

    Raises:
        DataError: they have no shape.
    """
    try:
        return np.asarray(values)
    except ValueError as error:  # lists of different lengths
        message = f"{what}: expected an array, found what none can be made of: {error}"
        raise DataError(message) from error


def check_text(what: str, names: Iterable[object]) -> None:
    """Refuse names that aren't text, such as numbers, which much of what comes later can't handle."""
    check_sequence(what, names)
    for name in names:
        if not isinstance(name, str):
            message = f"expected every {what} to be text, found {name!r}; use str(...)"
            raise DataError(message)


def check_names(what: str, names: Sequence[str]) -> None:
    """Refuse names that aren't text, or occur twice."""
    check_text(what, names)
    if len(set(names)) < len(names):
        twice = [name for name, count in Counter(names).items() if count > 1]
        message = f"expected every {what} once, found several of {named(twice)}"
        raise DataError(message)


def check_columns(samples: Samples) -> None:
    """Refuse columns that aren't as long as the table, and splits that don't exist."""
    for field in ("labels", "splits", "groups", "weights"):
        column = getattr(samples, field)
        if column is not None and len(column) != len(samples.ids):
            message = f"the dataset's table has {len(samples.ids):,} ids but {len(column):,} {field}"
            raise DataError(message)
    if unknown := set(samples.splits or ()) - {*SPLIT_NAMES, None}:
        message = f"expected the splits {named(SPLIT_NAMES)}, found {named(sorted(map(str, unknown)))}"
        raise DataError(message)


def check_labels(classes: Sequence[str], samples: Samples) -> None:
    """Refuse labels that are no index into the classes."""
    labels = samples.labels
    if not isinstance(labels, np.ndarray) or labels.ndim != 1 or labels.dtype.kind not in "iu":
        found = f"{labels.dtype} of shape {labels.shape}" if isinstance(labels, np.ndarray) else type(labels).__name__
        message = f"labels: expected an array of integers of shape (n,), found {found}"
        raise DataError(message)
    outside = (labels < 0) | (labels >= len(classes))
    if outside.any():
        row = int(outside.argmax())
        message = f"{samples.ids[row]}: expected a label from 0 to {len(classes) - 1}, found {labels[row]}"
        raise DataError(message)


def named(names: Sequence[str]) -> str:
    """Return names for a message: quoted, the first few if they are many."""
    shown = ", ".join(repr(name) for name in names[:LISTED])
    return f"{shown} and {len(names) - LISTED:,} more" if len(names) > LISTED else shown or "none"
