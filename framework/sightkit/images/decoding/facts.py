"""What is known of each image once it was read: its content, its size, its looks, and whether it could be decoded."""

from __future__ import annotations

import numpy as np

PENDING, GOOD, BAD = 0, 1, 2
"""The states of an image: not read yet, decoded, not to be decoded."""

FACTS = np.dtype(
    [
        ("state", np.uint8),
        ("mislabelled", np.bool_),  # the file's extension belongs to another format than its content
        ("format", np.uint8),  # an index into `FORMATS` of `decode`, counted from 1; 0 for pixels
        ("checksum", "<u8"),  # 64 bits of XXH3 of the prepared pixels
        ("size", "<u4", (2,)),  # height and width in pixels as it was found, after EXIF orientation
        ("digest", "<u8", (2,)),  # 128 bits of XXH3 of the encoded image, or of its shape and pixels
        ("look", "<u8"),  # perceptual hash of the prepared image, 64 bits
    ]
)
"""A row an image. Those of one ``digest`` are exact duplicates; those whose ``look`` differs in few bits look alike."""
