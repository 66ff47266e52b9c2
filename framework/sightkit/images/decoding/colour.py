"""Colour: the one conversion that brings each kind of image to 8-bit grey or RGB."""

from __future__ import annotations

import numpy as np
from PIL import Image

from sightkit.errors import DataError

SIXTEEN_BIT_MODES = ("I;16", "I;16L", "I;16B", "I;16N", "I")
WHITE = (255, 255, 255, 255)


def to_channels(image: Image.Image, channels: int) -> Image.Image:
    """Return an image in mode ``"L"`` (``channels`` is 1) or ``"RGB"`` (3).

    - Palettes become their colours, black and white becomes 0 and 255.
    - Transparent images are laid over white, whether it is an alpha channel or one transparent colour.
    - CMYK, YCbCr and HSV become RGB by Pillow's formulas; embedded colour profiles are not used.
    - 16-bit grey is scaled: 0..65535 to 0..255, rounded. (Pillow itself reads 16-bit colour as its high bytes.)
    - RGB becomes grey as ITU-R BT.601 luma, 0.299 R + 0.587 G + 0.114 B. Grey becomes RGB with equal channels.

    Raises:
        DataError: the pixels are floats or 32-bit integers, whose range nobody knows.
    """
    if image.mode in SIXTEEN_BIT_MODES:
        image = from_sixteen_bits(image)
    elif image.mode == "F":
        message = "expected 8 or 16 bits a channel, found 32-bit floats; scale the image to 8 bits first"
        raise DataError(message)
    elif image.has_transparency_data:
        opaque = image.convert("RGBA")
        image = Image.alpha_composite(Image.new("RGBA", opaque.size, WHITE), opaque)
    mode = "L" if channels == 1 else "RGB"
    return image if image.mode == mode else image.convert(mode)


def from_sixteen_bits(image: Image.Image) -> Image.Image:
    """Return 16-bit grey, which Pillow may keep in 32-bit integers, as 8-bit grey."""
    values = np.asarray(image).astype(np.int64)
    transparent = image.info.get("transparency")
    if values.min() < 0 or values.max() > 65535:
        message = (
            f"expected 8 or 16 bits a channel, found integers from {values.min()} to {values.max()}; "
            "scale the image to 8 bits first"
        )
        raise DataError(message)
    grey = ((values * 255 + 32767) // 65535).astype(np.uint8)
    if isinstance(transparent, int):
        grey[values == transparent] = WHITE[0]
    return Image.fromarray(grey)
