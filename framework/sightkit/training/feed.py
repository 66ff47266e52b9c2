"""Feeding the compiled loop: all images are in memory, or each call's are gathered while the call before it runs."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

import numpy as np
import tensorflow as tf

from sightkit.images.ahead import ahead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images import PreparedData
    from sightkit.training.plan import Batches

BLOCK_BYTES = 16 * 2**20  # of images that a call gathers ahead; memory holds a few such blocks, however many images


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one call of the compiled loop works on.

    Attributes:
        batches: The batches.
        images: uint8 ``(n, height, width, channels)``: all that there are, or those of these batches.
        labels: int32 ``(n,)``.
        rows: int32 ``(steps, batch)``: where in ``images`` and ``labels`` each image of the batches is.
    """

    batches: Batches
    images: tf.Tensor
    labels: tf.Tensor
    rows: NDArray[np.int32]


class Resident:
    """All images in one tensor, from which the graph gathers each batch.

    Args:
        data: The images; a copy is made where the model is.
    """

    def __init__(self, data: PreparedData) -> None:
        self._images = tf.convert_to_tensor(data.images)
        self._labels = tf.convert_to_tensor(data.labels, tf.int32)

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most."""
        del batch_size
        return sys.maxsize

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on."""
        for batches in calls:
            yield Block(batches=batches, images=self._images, labels=self._labels, rows=batches.rows)


class Streamed:
    """Images gathered for each call, in a thread while the call before it runs.

    The graph gathers from them as it does from all images, so that it is the same graph, and the same results.

    Args:
        data: The images, wherever they are.
    """

    def __init__(self, data: PreparedData) -> None:
        self._images = data.images
        self._labels = data.labels.astype(np.int32)

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most, lest their images need too much memory."""
        image_bytes = self._images.nbytes // len(self._images)
        return max(1, BLOCK_BYTES // (batch_size * image_bytes))

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on; to be closed by whoever stops asking.

        Raises:
            SightkitError: what gathering raised, such as the `DataError` of a file that is gone.
        """
        return ahead(self._gathered, calls)

    def _gathered(self, batches: Batches) -> Block:
        rows = batches.rows.reshape(-1).astype(np.int64)
        return Block(
            batches=batches,
            images=tf.convert_to_tensor(self._images[rows]),
            labels=tf.convert_to_tensor(self._labels[rows]),
            rows=np.arange(len(rows), dtype=np.int32).reshape(batches.rows.shape),
        )


Feed: TypeAlias = Resident | Streamed


def feed_for(data: PreparedData, *, memory: float) -> Feed:
    """Return the faster way to feed the images of ``data`` that needs no more than ``memory`` bytes for them.

    Images that are decoded on demand are always streamed.
    """
    in_array = isinstance(data.images, np.ndarray)
    return Resident(data) if in_array and data.images.nbytes <= memory else Streamed(data)
