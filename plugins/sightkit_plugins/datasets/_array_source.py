"""`PartedArraySource`: images in an array for each split, which may be larger than memory."""

from __future__ import annotations

import hashlib
import json
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import TYPE_CHECKING

from sightkit import ImageSource, Samples
from sightkit_plugins.datasets._array_pairs import Part

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

IMAGES_A_PIECE = 256


class PartedArraySource(ImageSource):
    """Images of the arrays of one or several splits, which are neither copied nor put together.

    Args:
        parts: The arrays, uint8 of shape ``(n, height, width, channels)``; all but ``n`` the same.
        classes: The class names, in label order.
        labels: The labels of the images of all parts, int64, each an index into ``classes``.
    """

    def __init__(self, parts: Sequence[Part], *, classes: Sequence[str], labels: NDArray[np.int64]) -> None:
        self.arrays = [part.images for part in parts]
        self.starts = [0, *accumulate(map(len, self.arrays))]
        self.classes = tuple(classes)
        self.samples = Samples(
            ids=tuple(id_ for part in parts for id_ in part.ids()),
            labels=labels,
            splits=tuple(part.split for part in parts for _ in part.images) if parts[0].word else None,
        )
        _, height, width, channels = self.arrays[0].shape
        self.image_shape = (height, width, channels)
        self.files = tuple(dict.fromkeys(file for part in parts for file in part.files))

    def read(self, index: int) -> NDArray[np.uint8]:
        """Return image ``index``: uint8 of shape ``(height, width, channels)``."""
        part = bisect_right(self.starts, index) - 1
        image: NDArray[np.uint8] = self.arrays[part][index - self.starts[part]]
        return image

    def fingerprint(self) -> str:
        """Return the SHA-256 of the pixels, labels, class names, ids and splits, in hexadecimal."""
        import numpy as np

        samples = self.samples
        digest = hashlib.sha256(json.dumps([self.image_shape, self.classes, samples.ids, samples.splits]).encode())
        digest.update(samples.labels.astype("<i8").tobytes())
        for images in self.arrays:
            for start in range(0, len(images), IMAGES_A_PIECE):
                digest.update(np.ascontiguousarray(images[start : start + IMAGES_A_PIECE]).data)
        return digest.hexdigest()
