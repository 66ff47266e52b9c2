"""Predictions of a model: the one function that serves evaluation and everybody who predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.evaluation.batchwise import Batchwise

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.images.prepared import ImageArray


class Predictor:
    """Predicts with one compiled function of one batch size, see `Batchwise`.

    Args:
        model: float32 images in [0, 1] to float32 logits. Its weights are read whenever it predicts.
        batch_size: Images a call; by default what their shape decides.
    """

    def __init__(self, model: keras.Model, *, batch_size: int | None = None) -> None:
        self._model = model
        self._batchwise = Batchwise(self._forward, batch_size=batch_size)

    def logits(self, images: ImageArray, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images.

        Args:
            images: uint8 ``(m, height, width, channels)``.
            rows: Which of them, int64 ``(n,)``; by default all.

        Raises:
            TypeError: the images aren't uint8; their scale would have to be guessed.
        """
        rows = np.arange(len(images)) if rows is None else rows
        return np.concatenate(list(self._batchwise(images, rows)))

    def logits_of_batch(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images uint8 ``(n, height, width, channels)``, at most a batch.

        They are bit for bit what `logits` says of them, whichever others are in the batch; see `rows_a_call` for how
        many fit into one.
        """
        return self._batchwise.apply(images)

    def probabilities(self, images: ImageArray, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Return the probabilities float64 ``(n, classes)`` of images, chosen as for `logits`."""
        return softmax(self.logits(images, rows))

    def _forward(self, images: tf.Tensor) -> tf.Tensor:
        return self._model(scaled(images), training=False)


def scaled(images: tf.Tensor) -> tf.Tensor:
    """Return uint8 images as float32 in [0, 1].

    Raises:
        TypeError: they aren't uint8.
    """
    import tensorflow as tf

    if images.dtype != tf.uint8:
        message = f"images are {images.dtype.name}; expected uint8, from 0 to 255"
        raise TypeError(message)
    return tf.cast(images, tf.float32) / 255.0


def softmax(logits: NDArray[np.float32], *, temperature: float = 1.0) -> NDArray[np.float64]:
    """Return probabilities float64 ``(n, classes)``; rows sum to one, or are ``nan`` where a logit is so or infinity.

    Args:
        logits: float32 ``(n, classes)``.
        temperature: What they are divided by; above 1, probabilities come closer to each other.
    """
    with np.errstate(invalid="ignore"):  # infinity minus infinity is nan, as it should be, and nobody's surprise
        shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted / temperature)
    total: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return total
