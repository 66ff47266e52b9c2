"""Images as small data URIs, so that a page holds them itself."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image, features

if TYPE_CHECKING:
    from numpy.typing import NDArray

LOSSLESS_SIDE = 32
"""Images this small are kept exactly: every pixel counts, and exact ones are hardly larger."""
QUALITY = 70
"""WebP's, from 0 to 100."""


def data_uri(pixels: NDArray[np.uint8], *, side: int) -> str:
    """Return an image of shape ``(height, width, channels)`` as a data URI, no larger than ``side`` pixels."""
    image = Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)
    image.thumbnail((side, side), Image.Resampling.LANCZOS)
    content = io.BytesIO()
    if not features.check("webp"):
        image.save(content, "PNG", optimize=True)
        kind = "png"
    else:
        image.save(content, "WEBP", lossless=max(image.size) <= LOSSLESS_SIDE, quality=QUALITY)
        kind = "webp"
    return f"data:image/{kind};base64,{base64.b64encode(content.getvalue()).decode()}"


def laid_over(pixels: NDArray[np.uint8], heat: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return an image in grey with a heat map of its size, float32 in [0, 1], laid over it in colour."""
    from matplotlib import colormaps

    grey = np.repeat(pixels.mean(axis=-1, keepdims=True), 3, axis=-1)
    colours = 255 * np.asarray(colormaps["inferno"](heat))[..., :3]
    return np.clip(0.45 * grey + 0.55 * colours, 0, 255).astype(np.uint8)
