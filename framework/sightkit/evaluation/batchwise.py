"""`Batchwise`: a function of a batch applied to any number of rows, always with one size of batch."""

from __future__ import annotations

import math
from collections.abc import Callable, Generator, Sequence
from contextlib import closing
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.images.ahead import ahead

if TYPE_CHECKING:
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.images.prepared import ImageArray

VALUES_A_CALL = 2_000_000
"""Numbers that a call is given, about: on two CPU cores a MobileNetV2 is a tenth faster with 64 images of 96x96 pixels
than with 256, which their activations don't fit the caches for, and a small network on 28x28 as much slower."""

FEWEST_ROWS, MOST_ROWS = 32, 256


def rows_a_call(shape: Sequence[int]) -> int:
    """Return how many rows of a shape a call is given: a power of two."""
    fitting = VALUES_A_CALL // max(math.prod(shape), 1)
    return min(max(2 ** (fitting.bit_length() - 1), FEWEST_ROWS), MOST_ROWS) if fitting else FEWEST_ROWS


class Batchwise:
    """Applies a compiled function to batches of one size.

    The last batch is padded and its result cut: kernels differ with the size of a batch, in the last bits, and so what
    comes of an image would depend on how many come with it.

    Args:
        function: From tensors ``(batch, ...)`` to one float32 ``(batch, ...)``, row by row.
        batch_size: Rows a call; by default what the shape of a row decides, see `rows_a_call`.
    """

    def __init__(self, function: Callable[..., tf.Tensor], *, batch_size: int | None = None) -> None:
        import tensorflow as tf

        self._batch_size = batch_size
        # TensorFlow warns of a function that it traces often, and tells methods of different objects apart only so.
        self._compiled = tf.function(partial(function), autograph=False)

    def __call__(
        self, values: ImageArray | NDArray[Any], rows: NDArray[np.int64], *beside: NDArray[Any]
    ) -> Generator[NDArray[np.float32], None, None]:
        """Yield what comes of each batch of rows, in their order; to be closed by whoever stops asking.

        Memory holds two batches at a time: the next one is read in a thread while the function is at work.

        Args:
            values: The function's first argument, ``(m, ...)``.
            rows: Which of them, int64 ``(n,)``.
            beside: Its other arguments, ``(n, ...)`` each: those of the rows.
        """
        size = self._batch_size or rows_a_call(values.shape[1:])

        def read(start: int) -> list[NDArray[Any]]:
            part = slice(start, start + size)
            return [values[rows[part]], *(each[part] for each in beside)]

        with closing(ahead(read, range(0, max(len(rows), 1), size))) as batches:
            for batch in batches:
                yield self.apply(*batch)

    def apply(self, *batch: NDArray[Any]) -> NDArray[np.float32]:
        """Return what comes of one batch.

        Args:
            batch: The function's arguments, ``(n, ...)`` each, ``n`` no more than a call is given.
        """
        size = self._batch_size or rows_a_call(batch[0].shape[1:])
        count = len(batch[0])
        missing = size - count
        padded = [np.pad(each, [(0, missing), *[(0, 0)] * (each.ndim - 1)]) if missing else each for each in batch]
        result: NDArray[np.float32] = self._compiled(*padded).numpy()
        return result[:count]
