"""Predictions of a model: the one function that serves evaluation and everybody who predicts."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import NDArray


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

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images uint8 ``(n, height, width, channels)``.

        Raises:
            TypeError: the images aren't uint8; their scale would have to be guessed.
        """
        if images.dtype != np.uint8:
            message = f"images are {images.dtype}; expected uint8, from 0 to 255"
            raise TypeError(message)
        starts = range(0, max(len(images), 1), self._batch_size)
        parts = [self._batch(images[start : start + self._batch_size]) for start in starts]
        return np.concatenate(parts)

    def probabilities(self, images: NDArray[np.uint8]) -> NDArray[np.float64]:
        """Return the probabilities float64 ``(n, classes)`` of images uint8 ``(n, height, width, channels)``."""
        return softmax(self.logits(images))

    def _batch(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
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
