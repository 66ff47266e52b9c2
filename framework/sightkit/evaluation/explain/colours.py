"""Colours: what numbers between 0 and 1 look like, alone and over an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

SCALE = "inferno"
"""matplotlib's scale from black over red to a light yellow: evenly spaced for the eye, in grey too."""

COVERED = 0.75
"""How much of the image the hottest place covers."""

DIMMED = 0.6
"""How bright the image is where nothing is hot."""


def coloured(values: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return the colours uint8 ``(height, width, 3)`` of values in [0, 1]."""
    import matplotlib as mpl

    pixels: NDArray[np.uint8] = mpl.colormaps[SCALE](values, bytes=True)[..., :3]
    return pixels


def laid_over(pixels: NDArray[np.uint8], heat: NDArray[np.floating]) -> NDArray[np.uint8]:
    """Return an image in grey under its heat map, so that all colour is heat: uint8 ``(height, width, 3)``.

    Args:
        pixels: uint8 ``(height, width, 1 or 3)``.
        heat: In [0, 1], ``(height, width)``.
    """
    grey = pixels.mean(axis=2, keepdims=True)
    share = COVERED * heat[..., np.newaxis]
    mixed: NDArray[np.uint8] = np.rint((1 - share) * DIMMED * grey + share * coloured(heat)).astype(np.uint8)
    return mixed
