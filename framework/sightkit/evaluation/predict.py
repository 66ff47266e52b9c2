"""Predictions of a model: the one function that serves evaluation and everybody who predicts."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import numpy as np

from sightkit.images.ahead import ahead

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.images.prepared import ImageArray


class Predictor:
    """Predicts with one compiled function of one batch size.

    The last batch is padded and cut: kernels differ with the size of a batch, in the last bits, and so an image's
    prediction would depend on how many come with it.

    Args:
        model: float32 images in [0, 1] to float32 logits. Its weights are read whenever it predicts.
        batch_size: Images a call.
    """

    def __init__(self, model: keras.Model, *, batch_size: int = 256) -> None:
        import tensorflow as tf

        self._model = model
        self._batch_size = batch_size
        self._compiled = tf.function(self._forward, autograph=False)

    def logits(self, images: ImageArray, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images.

        Memory holds two batches of them at a time: the next one is read in a thread while the model is at work.

        Args:
            images: uint8 ``(m, height, width, channels)``.
            rows: Which of them, int64 ``(n,)``; by default all.

        Raises:
            TypeError: the images aren't uint8; their scale would have to be guessed.
        """
        if rows is None:
            rows = np.arange(len(images))
        starts = range(0, max(len(rows), 1), self._batch_size)
        wanted = [rows[start : start + self._batch_size] for start in starts]
        with closing(ahead(images.__getitem__, wanted)) as batches:
            return np.concatenate([self._batch(batch) for batch in batches])

    def probabilities(self, images: ImageArray, rows: NDArray[np.int64] | None = None) -> NDArray[np.float64]:
        """Return the probabilities float64 ``(n, classes)`` of images, chosen as for `logits`."""
        return softmax(self.logits(images, rows))

    def _batch(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        if images.dtype != np.uint8:
            message = f"images are {images.dtype}; expected uint8, from 0 to 255"
            raise TypeError(message)
        missing = self._batch_size - len(images)
        padded = np.pad(images, [(0, missing), *[(0, 0)] * (images.ndim - 1)]) if missing else images
        logits: NDArray[np.float32] = self._compiled(padded).numpy()
        return logits[: len(images)]

    def _forward(self, images: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return self._model(tf.cast(images, tf.float32) / 255.0, training=False)


def softmax(logits: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return probabilities float64 ``(n, classes)``; rows sum to one."""
    shifted = logits.astype(np.float64) - logits.max(axis=1, keepdims=True)
    powers = np.exp(shifted)
    total: NDArray[np.float64] = powers / powers.sum(axis=1, keepdims=True)
    return total
