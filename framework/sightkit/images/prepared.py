"""`PreparedData`: the images of a dataset, decoded, brought to one shape and divided into splits."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import SplitName
    from sightkit.images.findings.finding import Finding

CHUNK_BYTES = 16 * 2**20


class ImageArray(Protocol):
    """Images uint8 of shape ``(n, height, width, channels)``: an array, a file, or a promise to decode them."""

    @property
    def shape(self) -> tuple[int, ...]:
        """``(n, height, width, channels)``."""

    @property
    def nbytes(self) -> int:
        """How much memory they all need, in bytes."""

    def __len__(self) -> int: ...

    def __getitem__(self, rows: NDArray[np.int64], /) -> NDArray[np.uint8]:
        """Return the images at ``rows``, in that order; may be called from several threads."""


@dataclass(frozen=True, kw_only=True, eq=False)
class PreparedData:
    """The images of a dataset, ready for batches. The arrays can't be written to.

    Attributes:
        classes: The class names; a label is an index into them.
        ids: The name of each image, length ``n``.
        labels: int64 of shape ``(n,)``.
        images: uint8 of shape ``(n, height, width, channels)``; those of bad images are zeros.
        splits: The rows of each split, int64 and ascending. ``"train"`` is always there and never empty;
            ``"validation"`` and ``"test"`` are absent when they are empty. Images that were left out are in none.
        fingerprint: The source's: changes when any image, label, class name or weight changes.
        licence: The licence of the images, where known.
        citation: How the authors want to be cited, where known.
        sizes: Height and width of each image as it was found, in pixels, uint32 ``(n, 2)``; ``None`` where nobody
            looked.
        weights: What the training loss of each image is multiplied by, float32 ``(n,)``, with a mean of 1 over the
            training images; ``None`` where all count alike.
        findings: What was found out about them; nothing that they are refused for.
    """

    classes: tuple[str, ...]
    ids: tuple[str, ...]
    labels: NDArray[np.int64]
    images: ImageArray
    splits: Mapping[SplitName, NDArray[np.int64]]
    fingerprint: str
    licence: str | None
    citation: str | None
    sizes: NDArray[np.uint32] | None = None
    weights: NDArray[np.float32] | None = None
    findings: tuple[Finding, ...] = ()

    def __getstate__(self) -> dict[str, Any]:
        """Let another process have the same, on another machine too: images that stand in a file are taken along."""
        images = np.asarray(self.images) if isinstance(self.images, np.memmap) else self.images
        return {**vars(self), "splits": dict(self.splits), "images": images}

    def __setstate__(self, state: dict[str, Any]) -> None:
        arrays = [state["labels"], state["sizes"], state["weights"], state["images"], *state["splits"].values()]
        for array in arrays:
            if isinstance(array, np.ndarray):
                array.flags.writeable = False
        vars(self).update(state, splits=MappingProxyType(state["splits"]))

    def _repr_html_(self) -> str:
        from sightkit.notebook import lines, table, title

        counts = {
            name: np.bincount(self.labels[rows], minlength=self.num_classes) for name, rows in self.splits.items()
        }
        rows = [[name, *(f"{count[label]:,}" for count in counts.values())] for label, name in enumerate(self.classes)]
        head = "{} images of {} x {} x {}".format(f"{len(self.ids):,}", *self.image_shape)
        found = lines(finding.summary for finding in self.findings)
        return title(head) + table(("class", *counts), rows) + found

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

        Sums are whole numbers, so that the result doesn't depend on how the images are gone through. The images are
        read the first time.
        """
        return self._channel_statistics

    @cached_property
    def _channel_statistics(self) -> tuple[tuple[float, ...], tuple[float, ...]]:
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
