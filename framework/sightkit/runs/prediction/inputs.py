"""Images as people have them in Python: paths, folders, patterns, arrays."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sightkit.errors import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.images.decoding.stream import Item

AnyImage: TypeAlias = "str | os.PathLike[str] | NDArray[np.uint8]"
AnyImages: TypeAlias = "AnyImage | Iterable[AnyImage]"
"""Images as `Run.predict` takes them."""


def items_of(images: AnyImages) -> Iterator[Item]:
    """Return images with their names, one after the other as they are asked for.

    Raises:
        ConfigError: there is no such file, or a pattern matches nothing.
        DataError: there is no image in a folder, or an array is no array of images.
    """
    import numpy as np

    from sightkit.images.arrays import checked_images
    from sightkit.images.found import find_images

    if isinstance(images, str | os.PathLike):
        return find_images([images])
    if isinstance(images, np.ndarray):
        refuse_one_alone(images)
        images = checked_images(images)
    return (item_of(number, image) for number, image in enumerate(images))


def refuse_one_alone(images: NDArray[np.uint8]) -> None:
    """Refuse an array that is one image: one in colour would pass for many that are three pixels wide.

    Raises:
        DataError: it is one, or nobody can know.
    """
    if images.ndim == 2:
        message = f"expected an array of images, found one of shape {images.shape}; write [image]"
        raise DataError(message)
    if images.ndim == 3 and images.shape[2] in (1, 3):
        message = (
            f"expected an array of images, found shape {images.shape}, which is that of one image; write [image], or "
            f"images[..., np.newaxis] if they are {images.shape[0]:,} grey ones"
        )
        raise DataError(message)


def item_of(number: int, image: AnyImage) -> Item:
    """Return one image with its name: its path, else its number.

    Raises:
        TypeError: it is neither a path nor an array.
    """
    import numpy as np

    if isinstance(image, str | os.PathLike):
        return os.fspath(image), Path(image)
    if not isinstance(image, np.ndarray):
        message = f"image {number}: expected a path or an array of uint8, found {type(image).__name__}"
        if hasattr(image, "convert"):  # Pillow's, whose numbers may be those of a palette
            message += '; write np.asarray(image.convert("RGB"))'
        elif hasattr(image, "__array__"):
            message += "; write np.asarray(image)"
        raise TypeError(message)
    return str(number), image
