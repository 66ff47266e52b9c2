"""Images as small data URIs, so that a page holds them itself."""

from __future__ import annotations

import base64
import io
from typing import TYPE_CHECKING

from PIL import Image, features

if TYPE_CHECKING:
    import numpy as np
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
