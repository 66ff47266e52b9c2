"""Test-time augmentation: the views of an image whose probabilities are averaged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import ConfigError
from sightkit.toml.problems import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

VIEWS = ("flip", "shift")

SHIFT = 16
"""A shift is a sixteenth of the height and of the width, and no less than a pixel."""


def check_views(names: Sequence[str]) -> tuple[str, ...]:
    """Return the kinds of views that are asked for, each once.

    Raises:
        ConfigError: there is no such kind.
    """
    for name in names:
        if name not in VIEWS:
            message = f"tta: expected views out of {', '.join(VIEWS)}, found {name!r}; "
            raise ConfigError(message + did_you_mean(name, VIEWS, otherwise="known"))
    return tuple(dict.fromkeys(names))


def views_of(images: NDArray[np.uint8], names: Sequence[str]) -> Iterator[NDArray[np.uint8]]:
    """Yield the views of a batch of images, as they are first; nothing is drawn at random.

    - ``"flip"``: also mirrored left to right.
    - ``"shift"``: also moved towards each of the four corners, what comes in repeating the edge.

    With both there are ten, as in A. Krizhevsky, I. Sutskever and G. E. Hinton, "ImageNet Classification with Deep
    Convolutional Neural Networks", NIPS 2012, section 4.1.

    Args:
        images: uint8 ``(n, height, width, channels)``.
        names: Out of `VIEWS`.
    """
    shifted = [images, *(corners(images) if "shift" in names else ())]
    for view in shifted:
        yield view
        if "flip" in names:
            yield view[:, :, ::-1]


def corners(images: NDArray[np.uint8]) -> list[NDArray[np.uint8]]:
    """Return a batch of images moved towards each of the four corners."""
    _, height, width, _ = images.shape
    down, right = max(1, round(height / SHIFT)), max(1, round(width / SHIFT))
    wide = np.pad(images, [(0, 0), (down, down), (right, right), (0, 0)], mode="edge")
    return [wide[:, top : top + height, left : left + width] for top in (0, 2 * down) for left in (0, 2 * right)]
