"""`prepare`: read, check, decode and divide the images of a source."""

from __future__ import annotations

from collections.abc import Callable
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError
from sightkit.images.checks import check_table
from sightkit.images.memory import available_memory
from sightkit.images.prepared import PreparedData
from sightkit.images.reading import read_images
from sightkit.images.split import divide

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.experiment import ImagesSettings, SplitSettings

DEFAULT_SIZE = (160, 160)
DEFAULT_CHANNELS = 3


def prepare(
    source: ImageSource,
    *,
    images: ImagesSettings,
    split: SplitSettings,
    seed: int,
    progress: Callable[[int, int], None] | None = None,
) -> PreparedData:
    """Return the images of a source, decoded, of one shape and divided into splits. Nothing is written.

    Args:
        source: The images.
        images: Size, resizing and channels; what is not set is the source's own if it has one shape, else 160 x 160
            RGB.
        split: Fractions for the splits that the source doesn't bring, see `divide`.
        seed: The experiment's seed.
        progress: Called with how many images are done and how many there are, in the thread that called `prepare`.

    Raises:
        DataError: the dataset can't be used: its table contradicts itself, images can't be decoded (all of them are
            found before it is raised), there is nothing to train on, or it doesn't fit in memory.
    """
    check_table(source)
    shape = (*(images.size or known_size(source)), images.channels or known_channels(source))
    check_memory(len(source.samples.ids), shape)
    splits = divide(source.samples, validation=split.validation, test=split.test, seed=seed)
    if "train" not in splits:
        message = f"expected images to train on, found all {len(source.samples.ids):,} in {' and '.join(splits)}"
        raise DataError(message)
    pixels = read_images(source, shape=shape, resize=images.resize, progress=progress)
    labels = source.samples.labels.astype(np.int64)
    for rows in splits.values():
        rows.flags.writeable = False
    pixels.flags.writeable = labels.flags.writeable = False
    return PreparedData(
        classes=source.classes,
        ids=tuple(source.samples.ids),
        labels=labels,
        images=pixels,
        splits=MappingProxyType(splits),
        fingerprint=source.fingerprint(),
        licence=source.licence,
        citation=source.citation,
    )


def known_size(source: ImageSource) -> tuple[int, int]:
    """Return ``(height, width)``: the source's, else the default."""
    return source.image_shape[:2] if source.image_shape else DEFAULT_SIZE


def known_channels(source: ImageSource) -> int:
    """Return the number of channels: the source's, else the default."""
    return source.image_shape[2] if source.image_shape else DEFAULT_CHANNELS


def check_memory(count: int, shape: tuple[int, int, int]) -> None:
    """Refuse images that together don't fit in memory."""
    needed = count * shape[0] * shape[1] * shape[2]
    available = available_memory()
    if available is not None and needed > available:
        message = (
            f"{count:,} images of {shape[0]} x {shape[1]} pixels and {shape[2]} channels need {needed / 1e9:,.1f} GB "
            f"of memory, and {available / 1e9:,.1f} GB are available; choose a smaller images.size"
        )
        raise DataError(message)
