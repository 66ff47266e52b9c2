"""`PreparedData`: the images of a dataset, decoded, brought to one shape and divided into splits."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import SplitName

CHUNK_BYTES = 16 * 2**20


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedData:
    """The images of a dataset, ready for batches. The arrays can't be written to.

    Attributes:
        classes: The class names; a label is an index into them.
        ids: The name of each image, length ``n``.
        labels: int64 of shape ``(n,)``.
        images: uint8 of shape ``(n, height, width, channels)``.
        splits: The rows of each split, int64 and ascending. ``"train"`` is always there and never empty;
            ``"validation"`` and ``"test"`` are absent when they are empty.
        fingerprint: The source's: changes when any image, label or class name changes.
        licence: The licence of the images, where known.
        citation: How the authors want to be cited, where known.
    """

    classes: tuple[str, ...]
    ids: tuple[str, ...]
    labels: NDArray[np.int64]
    images: NDArray[np.uint8]
    splits: Mapping[SplitName, NDArray[np.int64]]
    fingerprint: str
    licence: str | None
    citation: str | None

    @property
    def image_shape(self) -> tuple[int, int, int]:
        """``(height, width, channels)``."""
        _, height, width, channels = self.images.shape
        return height, width, channels

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def channel_statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
        """Return mean and standard deviation of each channel over the training split, in [0, 1].

        Sums are whole numbers, so that the result doesn't depend on how the images are gone through.
        """
        rows = self.splits["train"]
        height, width, channels = self.image_shape
        per_chunk = max(1, CHUNK_BYTES // (height * width * channels))
        sums, squares = [0] * channels, [0] * channels
        for start in range(0, len(rows), per_chunk):
            chunk = self.images[rows[start : start + per_chunk]]
            for channel in range(channels):
                values = chunk[..., channel]
                sums[channel] += int(values.sum(dtype=np.uint64))
                squares[channel] += int(np.square(values, dtype=np.uint32).sum(dtype=np.uint64))
        count = len(rows) * height * width
        mean = tuple(total / (count * 255) for total in sums)
        std = tuple(
            math.sqrt(count * square - total**2) / (count * 255) for total, square in zip(sums, squares, strict=True)
        )
        return mean, std

    def split_digests(self) -> dict[str, str]:
        """Return the SHA-256 of the ids and labels of each split, in hexadecimal."""
        return {
            name: hashlib.sha256(
                json.dumps([[self.ids[row], int(self.labels[row])] for row in rows.tolist()]).encode()
            ).hexdigest()
            for name, rows in self.splits.items()
        }
