"""Feeding the compiled loop: all is in memory, or each call's part is gathered while the call before it runs."""

from __future__ import annotations

import sys
from collections.abc import Generator, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

import numpy as np
import tensorflow as tf

from sightkit.images.ahead import ahead

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images import PreparedData
    from sightkit.images.prepared import ImageArray
    from sightkit.training.batches.plan import Batches

BLOCK_BYTES = 16 * 2**20  # of images that a call gathers ahead; memory holds a few such blocks, however many images


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """What one call of the compiled loop works on.

    Attributes:
        batches: The batches.
        images: uint8 ``(n, height, width, channels)``: all that there are, or those of these batches; or float32
            ``(n, features)`` in their place.
        labels: int32 ``(n,)``.
        weights: What the loss of each is multiplied by, float32 ``(n,)``; ``None`` for 1.
        rows: int32 ``(steps, batch)``: where in ``images`` and ``labels`` each image of the batches is.
    """

    batches: Batches
    images: tf.Tensor
    labels: tf.Tensor
    weights: tf.Tensor | None
    rows: NDArray[np.int32]


@dataclass(frozen=True, kw_only=True)
class Supply:
    """What a model is fed from.

    Attributes:
        values: Its inputs, ``(m, ...)``: uint8 images, wherever they are, or float32 features.
        labels: int64 ``(m,)``.
        weights: What the loss of each is multiplied by, float32 ``(m,)``; ``None`` for 1.
        places: Where in ``values`` the image at each row of the table of images is, int32; ``None`` for its own row.
    """

    values: ImageArray | NDArray[np.float32]
    labels: NDArray[np.int64]
    weights: NDArray[np.float32] | None = None
    places: NDArray[np.int32] | None = None

    @property
    def inputs(self) -> tf.TensorSpec:
        """Shape and dtype of one input."""
        return tf.TensorSpec(self.values.shape[1:], getattr(self.values, "dtype", np.uint8))

    def placed(self, rows: NDArray[np.int32]) -> NDArray[np.int32]:
        """Return where in ``values`` the images at some rows of the table are."""
        return rows if self.places is None else self.places[rows]


class Resident:
    """All inputs in one tensor, from which the graph gathers each batch.

    Args:
        supply: The inputs; a copy is made where the model is.

    Attributes:
        inputs: Shape and dtype of one of them.
    """

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._values = tf.convert_to_tensor(supply.values)
        self._labels = tf.convert_to_tensor(supply.labels, tf.int32)
        self._weights = None if supply.weights is None else tf.convert_to_tensor(supply.weights)
        self.inputs = supply.inputs

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most."""
        del batch_size
        return sys.maxsize

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on."""
        for batches in calls:
            rows = self._supply.placed(batches.rows)
            yield Block(batches=batches, images=self._values, labels=self._labels, weights=self._weights, rows=rows)


class Streamed:
    """Inputs gathered for each call, in a thread while the call before it runs.

    The graph gathers from them as it does from all inputs, so that it is the same graph, and the same results.

    Args:
        supply: The inputs.

    Attributes:
        inputs: Shape and dtype of one of them.
    """

    def __init__(self, supply: Supply) -> None:
        self._supply = supply
        self._labels = supply.labels.astype(np.int32)
        self.inputs = supply.inputs

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most, lest their inputs need too much memory."""
        values = self._supply.values
        return max(1, BLOCK_BYTES // (batch_size * (values.nbytes // len(values))))

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on; to be closed by whoever stops asking.

        Raises:
            SightkitError: what gathering raised, such as the `DataError` of a file that is gone.
        """
        return ahead(self._gathered, calls)

    def _gathered(self, batches: Batches) -> Block:
        rows = self._supply.placed(batches.rows).reshape(-1).astype(np.int64)
        values: Any = self._supply.values[rows]
        return Block(
            batches=batches,
            images=tf.convert_to_tensor(values),
            labels=tf.convert_to_tensor(self._labels[rows]),
            weights=None if self._supply.weights is None else tf.convert_to_tensor(self._supply.weights[rows]),
            rows=np.arange(len(rows), dtype=np.int32).reshape(batches.rows.shape),
        )


class Alternating:
    """Several views of the same images: each epoch is fed with one of them, the next epoch with the next one.

    Args:
        feeds: One a view, alike in shape and dtype.

    Attributes:
        inputs: Shape and dtype of one input.
    """

    def __init__(self, feeds: Sequence[Feed]) -> None:
        self._feeds = tuple(feeds)
        self.inputs = feeds[0].inputs

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most."""
        return min(feed.most_steps(batch_size) for feed in self._feeds)

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on, all of one epoch; to be closed by whoever stops asking."""
        coming = iter(calls)
        for first in coming:
            feed = self._feeds[(first.epoch - 1) % len(self._feeds)]
            with closing(feed.blocks(chain([first], coming))) as blocks:
                yield from blocks


class Feed(Protocol):
    """What feeds the compiled loop.

    Attributes:
        inputs: Shape and dtype of one input of the model.
    """

    inputs: tf.TensorSpec

    def most_steps(self, batch_size: int) -> int:
        """Return how many steps a call may have at most."""

    def blocks(self, calls: Iterable[Batches]) -> Generator[Block, None, None]:
        """Yield what each call works on; to be closed by whoever stops asking."""


def feed_for(data: PreparedData, *, memory: float) -> Feed:
    """Return the faster way to feed the images of ``data`` that needs no more than ``memory`` bytes for them.

    Images that are decoded on demand are always streamed.
    """
    return feed_from(Supply(values=data.images, labels=data.labels, weights=data.weights), memory=memory)


def feed_from(supply: Supply, *, memory: float) -> Feed:
    """Return the faster way to feed inputs that needs no more than ``memory`` bytes for them; see `feed_for`."""
    fits = isinstance(supply.values, np.ndarray) and supply.values.nbytes <= memory
    return Resident(supply) if fits else Streamed(supply)
