"""`ArraySource`: a dataset whose images are an array in memory."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Self

import numpy as np

from sightkit.contracts import ImageSource, Samples
from sightkit.errors import DataError
from sightkit.images.checks import array_of, check_sequence, check_text

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

    from sightkit.contracts import SplitName


class ArraySource(ImageSource):
    """Images that are in memory already, with their labels.

    Args:
        images: uint8 of shape ``(n, height, width)`` or ``(n, height, width, channels)``, 1 or 3 channels, 0 is
            black. Not copied.
        labels: Integers of shape ``(n,)``, each an index into ``classes``.
        classes: The class names, in label order.
        ids: A unique name for each image; by default its index, padded with zeros.
        id_prefix: What the default ids begin with.
        splits: The split each image belongs to, ``None`` where that is open; by default all are.
        groups: Images of one group never land in different splits; ``None`` where an image belongs to none.
        weights: How much each image counts in training, see `Samples`; by default all alike.
        licence: The licence of the images, where known; an SPDX identifier if there is one.
        citation: How the authors want to be cited, where known.
        files: The files that all this was read from, where it was.

    Raises:
        DataError: shapes, dtypes or lengths don't fit, a label is no index into ``classes``, or a name is no text.
    """

    def __init__(
        self,
        images: ArrayLike,
        labels: ArrayLike,
        *,
        classes: Sequence[str],
        ids: Sequence[str] | None = None,
        id_prefix: str = "",
        splits: Sequence[SplitName | None] | None = None,
        groups: Sequence[str | None] | None = None,
        weights: ArrayLike | None = None,
        licence: str | None = None,
        citation: str | None = None,
        files: Sequence[Path] | None = None,
    ) -> None:
        self.images = checked_images(images)
        count = len(self.images)
        check_text("class", classes)
        self.classes = tuple(classes)
        if ids is None:
            width = len(str(max(count - 1, 0)))
            ids = [f"{id_prefix}{index:0{width}d}" for index in range(count)]
        check_text("image id", ids)
        if groups is not None:
            check_sequence("group", groups)
            check_text("group", [each for each in groups if each is not None])
        if splits is not None:
            check_sequence("split", splits)
        for field, column in (("ids", ids), ("splits", splits), ("groups", groups)):
            if column is not None and len(column) != count:
                message = f"{field}: expected one for each of the {count:,} images, found {len(column):,}"
                raise DataError(message)
        self.samples = Samples(
            ids=tuple(ids),
            labels=checked_labels(labels, count=count, num_classes=len(self.classes)),
            splits=None if splits is None else tuple(splits),
            groups=None if groups is None else tuple(groups),
            weights=None if weights is None else checked_weights(weights, count=count),
        )
        _, height, width, *channels = self.images.shape
        self.image_shape = (height, width, channels[0] if channels else 1)
        self.licence = licence
        self.citation = citation
        self.files = None if files is None else tuple(files)

    @classmethod
    def from_batches(
        cls, batches: Iterable[tuple[ArrayLike, ArrayLike]], *, classes: Sequence[str], **columns: Any
    ) -> Self:
        """Return the images of a pipeline: a `tf.data.Dataset` with ``.batch``, or anything that yields batches.

        Args:
            batches: Pairs of images, ``(batch, height, width[, channels])``, uint8 or floats in [0, 1], which are
                rounded to 256 levels, and of labels, integers ``(batch,)``. Gone through once; memory holds all.
            classes: The class names, in label order.
            **columns: The others of `ArraySource`: ``splits``, ``groups``, ``weights``, ...

        Raises:
            DataError: there is no batch or no end of them, or images or labels aren't such.
        """
        from sightkit.images.gathered import gather

        images, labels = gather(batches)
        return cls(images, labels, classes=classes, **columns)

    def read(self, index: int) -> NDArray[np.uint8]:
        """Return image ``index``: uint8 of shape ``(height, width)`` or ``(height, width, channels)``."""
        image: NDArray[np.uint8] = self.images[index]
        return image

    def fingerprint(self) -> str:
        """Return the SHA-256 of pixels, labels, class names, ids, splits, groups and weights, in hexadecimal."""
        samples = self.samples
        table = [self.images.shape, self.classes, samples.ids, samples.splits, samples.groups]
        digest = hashlib.sha256(json.dumps(table).encode())
        digest.update(samples.labels.astype("<i8").tobytes())
        if samples.weights is not None:
            digest.update(samples.weights.astype("<f4").tobytes())
        digest.update(np.ascontiguousarray(self.images).data)
        return digest.hexdigest()


def checked_images(images: ArrayLike) -> NDArray[np.uint8]:
    """Return the images as an array.

    Raises:
        DataError: they aren't uint8 of shape ``(n, height, width)`` or ``(n, height, width, 1 or 3)``.
    """
    array = array_of("images", images)
    expected = "images: expected uint8 of shape (n, height, width) or (n, height, width, channels), 1 or 3 channels"
    if array.dtype != np.uint8:
        message = f"{expected}, found {array.dtype} of shape {array.shape}; scale to 0..255 and use .astype('uint8')"
        raise DataError(message)
    if array.ndim not in (3, 4) or array.shape[3:] not in ((), (1,), (3,)) or 0 in array.shape[1:]:
        message = f"{expected}, found shape {array.shape}"
        raise DataError(message)
    return array


def checked_labels(labels: ArrayLike, *, count: int, num_classes: int) -> NDArray[np.int64]:
    """Return the labels as int64.

    Raises:
        DataError: they aren't ``count`` integers in ``[0, num_classes)``.
    """
    array = array_of("labels", labels)
    if array.shape != (count,) or (array.dtype.kind not in "iu" and count):
        message = f"labels: expected integers of shape ({count},), found {array.dtype} of shape {array.shape}"
        raise DataError(message)
    outside = (array < 0) | (array >= num_classes)
    if outside.any():
        row = int(outside.argmax())
        message = (
            f"labels: expected 0 to {num_classes - 1}, an index into the {num_classes} classes, "
            f"found {array[row]} at row {row:,}"
        )
        raise DataError(message)
    return array.astype(np.int64)


def checked_weights(weights: ArrayLike, *, count: int) -> NDArray[np.float32]:
    """Return the weights as float32; what they may be is checked with the rest of the table.

    Raises:
        DataError: they aren't ``count`` numbers.
    """
    array = array_of("weights", weights)
    if array.shape != (count,) or (array.dtype.kind not in "biuf" and count):
        message = f"weights: expected numbers of shape ({count},), found {array.dtype} of shape {array.shape}"
        raise DataError(message)
    with np.errstate(over="ignore"):  # what float32 can't hold becomes infinite, and is refused as that
        return array.astype(np.float32)
