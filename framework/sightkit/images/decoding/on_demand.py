"""`DecodedOnDemand`: images that are decoded whenever they are asked for, since there is no room to keep them."""

from __future__ import annotations

import math
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import DataError
from sightkit.images.decoding.facts import GOOD
from sightkit.images.decoding.reading import read_image, usable_processors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form


class DecodedOnDemand:
    """An `ImageArray` whose images are read from their source each time, by a thread a processor.

    The threads live as long as it does.

    Args:
        source: The images.
        form: What they are brought to.
        facts: What was seen of each when it was checked.
    """

    def __init__(self, source: ImageSource, form: Form, facts: NDArray[Any]) -> None:
        self._source = source
        self._form = form
        self._facts = facts

    def __getstate__(self) -> dict[str, Any]:
        """Let another process have threads of its own."""
        return {key: value for key, value in vars(self).items() if key != "_pool"}

    @property
    def shape(self) -> tuple[int, ...]:
        """``(n, height, width, channels)``."""
        return len(self), *self._form.shape

    @property
    def nbytes(self) -> int:
        """How much memory all images would need, in bytes."""
        return math.prod(self.shape)

    def __len__(self) -> int:
        return len(self._facts)

    def __getitem__(self, rows: NDArray[np.int64]) -> NDArray[np.uint8]:
        """Return the images at ``rows``, which may be a mask too; zeros for those that were bad when they were checked.

        Raises:
            DataError: an image can't be read any more, or has changed.
        """
        rows = np.atleast_1d(np.arange(len(self))[rows])
        pixels = np.zeros((len(rows), *self._form.shape), np.uint8)

        def fill(place: int) -> None:
            row = int(rows[place])
            if self._facts[row]["state"] == GOOD:
                pixels[place] = self._read(row)

        for _ in self._pool.map(fill, range(len(rows))):
            pass
        return pixels

    def _read(self, row: int) -> NDArray[np.uint8]:
        image, path = read_image(self._source, row, self._form)
        if not np.array_equal(np.frombuffer(image.digest, "<u8"), self._facts[row]["digest"]):
            message = f"{path or self._source.samples.ids[row]}: has changed since it was checked; run again"
            raise DataError(message)
        return image.pixels

    @cached_property
    def _pool(self) -> ThreadPoolExecutor:
        return ThreadPoolExecutor(usable_processors(), thread_name_prefix="sightkit-images")
