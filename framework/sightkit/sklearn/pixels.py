"""Arrays of numbers as scikit-learn passes them on, made into images."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from numbers import Real
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

CHUNK_VALUES = 2**22
"""Values that are brought to pixels at a time, lest float64 copies of all of them fill the memory."""

ROUNDING = 1e-6
"""How far beyond [0, 1] numbers that are meant to lie in it may be."""


@dataclass(frozen=True)
class Pixels:
    """How numbers become the pixels of an image.

    Attributes:
        shape: ``(height, width, channels)``.
        value_range: The numbers that are black and white; ``None`` where the type of an array says it.
    """

    shape: tuple[int, int, int]
    value_range: tuple[float, float] | None = None

    def of(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        """Return uint8 images ``(n, height, width, channels)``; numbers beyond the range count as its nearer end.

        Args:
            values: ``(n, height, width[, channels])``, or flat: ``(n, height * width * channels)``.

        Raises:
            ValueError: they have another shape, or nobody knows which of them are black and white.
        """
        own = self.shape if values.ndim != 3 else self.shape[:2]
        if values.ndim > 2 and (values.shape[1:] != own or (values.ndim == 3 and self.shape[2] != 1)):
            message = f"X has images of shape {values.shape[1:]}; expected {self.shape} (height, width, channels)"
            raise ValueError(message)
        return self._as_bytes(values).reshape(-1, *self.shape)

    def _as_bytes(self, values: NDArray[Any]) -> NDArray[np.uint8]:
        if values.dtype == np.uint8 and self.value_range in (None, (0, 255)):
            return np.ascontiguousarray(values)
        low, high = self.value_range or range_of_type(values)
        pixels = np.empty(values.shape, np.uint8)
        rows = max(1, CHUNK_VALUES // math.prod(self.shape))
        for start in range(0, len(values), rows):
            part = (values[start : start + rows].astype(np.float64) - low) / (high - low)
            pixels[start : start + rows] = np.rint(part.clip(0, 1) * 255)
        return pixels


def range_of_type(values: NDArray[Any]) -> tuple[float, float]:
    """Return which numbers are black and white where only the type of an array can say it.

    Raises:
        ValueError: it doesn't say it.
    """
    if values.dtype == np.bool_:
        return 0.0, 1.0
    lowest, highest = values.min(), values.max()
    if values.dtype.kind == "f" and lowest >= -ROUNDING and highest <= 1 + ROUNDING:
        return 0.0, 1.0
    message = (
        "X: expected pixels as uint8 from 0 to 255, as bool, or as floats from 0 to 1; found "
        f"{values.dtype} from {lowest:g} to {highest:g}; say what is black and what is white with "
        'value_range=(low, high), or value_range="data" for the smallest and the largest value of the training images'
    )
    raise ValueError(message)


def pixels_for(
    values: NDArray[Any], *, image_shape: Sequence[int] | None, value_range: Sequence[float] | Literal["data"] | None
) -> Pixels:
    """Return how the images of a training, and all that come later, are read.

    Args:
        values: The training images, as for `Pixels.of`.
        image_shape: ``(height, width[, channels])``, where they are flat; one of them may be -1 for what is left.
        value_range: The numbers that are black and white; ``"data"`` for the smallest and the largest of ``values``.

    Raises:
        ValueError: an argument can't be meant, or the images don't fit it.
    """
    return Pixels(shape_of(values, image_shape), range_from(values, value_range))


def shape_of(values: NDArray[Any], image_shape: Sequence[int] | None) -> tuple[int, int, int]:
    """Return height, width and channels of images."""
    if values.ndim == 2:
        return unfolded(values.shape[1], image_shape)
    if values.ndim not in (3, 4) or values.shape[3:] not in ((), (1,), (3,)) or 0 in values.shape:
        message = (
            "X: expected images (n, height, width) or (n, height, width, channels) with 1 or 3 channels, found shape "
            f"{values.shape}"
        )
        raise ValueError(message)
    _, height, width, *channels = values.shape
    shape = (height, width, channels[0] if channels else 1)
    if image_shape is not None and unfolded(math.prod(shape), image_shape) != shape:
        message = f"image_shape: {tuple(image_shape)}, but X has images of shape {values.shape[1:]}"
        raise ValueError(message)
    return shape


def unfolded(features: int, image_shape: Sequence[int] | None) -> tuple[int, int, int]:
    """Return the shape of images whose rows have so many numbers."""
    if image_shape is None:
        message = (
            f"X: expected images (n, height, width[, channels]), found flat rows of {features} numbers; say what their "
            "shape is with image_shape=(height, width) or (height, width, channels)"
        )
        raise ValueError(message)
    try:
        height, width, channels = (*image_shape, 1) if len(image_shape) == 2 else image_shape
        shape = np.empty(features, np.bool_).reshape(height, width, channels).shape
    except (TypeError, ValueError):
        shape = (0, 0, 0)
    if shape[2] not in (1, 3) or 0 in shape:
        message = (
            f"image_shape: expected height, width and 1 or 3 channels of {features} numbers, found {image_shape!r}; "
            "one of them may be -1 for what is left"
        )
        raise ValueError(message)
    return shape


def range_from(
    values: NDArray[Any], value_range: Sequence[float] | Literal["data"] | None
) -> tuple[float, float] | None:
    """Return the range that is meant; ``None`` where the type of an array says it."""
    if value_range is None:
        return None
    if isinstance(value_range, str) and value_range == "data":
        low, high = float(values.min()), float(values.max())
        return low, high if low < high else low + 1
    match value_range:
        case [Real() as low, Real() as high] if -math.inf < low < high < math.inf:
            return float(low), float(high)
    message = f'value_range: expected (low, high) with low below high, "data" or None, found {value_range!r}'
    raise ValueError(message)
