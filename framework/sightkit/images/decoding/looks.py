"""Looks: a hash of what an image looks like, so that pictures that look alike are found among many."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

if TYPE_CHECKING:
    from numpy.typing import NDArray

SIDE = 32


def look(pixels: NDArray[np.uint8]) -> int:
    """Return the perceptual hash of an image: 64 bits of which few change when it is scaled, compressed, brightened.

    Each bit says whether one of the 64 lowest frequencies of the grey image, by its discrete cosine transform, is
    above their median (C. Zauner, "Implementation and Benchmarking of Perceptual Image Hash Functions", 2010, pHash).
    Safe to call from several threads.

    Args:
        pixels: uint8 of shape ``(height, width, 1 or 3)``.
    """
    import imagehash

    image = Image.fromarray(pixels[:, :, 0]) if pixels.shape[2] == 1 else Image.fromarray(pixels).convert("L")
    # imagehash resizes to 32 x 32 pixels; averaging over whole pixels first halves its time and changes half a bit.
    factor = min(image.size) // SIDE
    if factor > 1:
        image = image.reduce(factor)
    return int.from_bytes(np.packbits(imagehash.phash(image).hash).tobytes(), "big")
