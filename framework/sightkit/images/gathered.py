"""Images and labels gathered from batches, as a pipeline of somebody's own yields them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import DataError
from sightkit.images.checks import array_of

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray

ENDLESS = -1
"""What `tf.data.INFINITE_CARDINALITY` is."""


def gather(batches: Iterable[tuple[ArrayLike, ArrayLike]]) -> tuple[NDArray[np.uint8], NDArray[Any]]:
    """Return the images of all batches, uint8 ``(n, height, width[, channels])``, and their labels ``(n,)``.

    Raises:
        DataError: there is none, there is no end, or images aren't uint8, nor floats in [0, 1].
    """
    cardinality = getattr(batches, "cardinality", None)
    if cardinality is not None and int(cardinality()) == ENDLESS:
        message = "the batches have no end; leave out .repeat(), or .take() as many as you want"
        raise DataError(message)
    if not isinstance(batches, Iterable):
        message = f"expected something that yields batches, such as a tf.data.Dataset, found {type(batches).__name__}"
        raise DataError(message)
    images: list[NDArray[np.uint8]] = []
    labels: list[NDArray[Any]] = []
    for number, batch in enumerate(batches):
        where = f"batch {number}"
        if not isinstance(batch, tuple | list) or len(batch) != 2:
            message = f"{where}: expected a pair (images, labels), found {type(batch).__name__}"
            raise DataError(message)
        images.append(as_bytes(array_of(where, batch[0]), where=where))
        labels.append(array_of(where, batch[1]))
        if images[-1].shape[1:] != images[0].shape[1:]:
            message = f"{where}: expected images of {images[0].shape[1:]}, found {images[-1].shape[1:]}"
            raise DataError(message)
        if labels[-1].shape != (len(images[-1]),):
            found = f"labels of shape {labels[-1].shape}"
            message = f"{where}: expected an integer for each of {len(images[-1])} images, found {found}"
            raise DataError(message)
    if not images:
        message = "expected batches of images, found none"
        raise DataError(message)
    return np.concatenate(images), np.concatenate(labels)


def as_bytes(images: NDArray[Any], *, where: str) -> NDArray[np.uint8]:
    """Return images as uint8; floats are taken for light between 0 and 1.

    Raises:
        DataError: they are something else.
    """
    if images.dtype == np.uint8:
        return images
    if images.dtype.kind == "f" and images.size and images.min() >= 0 and images.max() <= 1:
        levels: NDArray[np.uint8] = np.rint(images * 255).astype(np.uint8)
        return levels
    found = f"{images.dtype} from {images.min()} to {images.max()}" if images.size else f"{images.dtype}, no values"
    message = (
        f"{where}: expected images of uint8, or floats in [0, 1], found {found}; floats in [0, 255] become such by "
        ".map(lambda images, labels: (images / 255, labels))"
    )
    raise DataError(message)
