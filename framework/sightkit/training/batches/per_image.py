"""Augmentations by a function of one image in NumPy: those of libraries that know nothing of TensorFlow."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TYPE_CHECKING

from sightkit.contracts import Pointwise
from sightkit.errors import PluginError

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray


def per_image(change: Callable[[NDArray[np.float32], int], NDArray[np.float32]]) -> Pointwise:
    """Return an augmentation that calls ``change(image, seed)`` for each image, on the processor.

    One image comes after the other, and never two at once, so that ``change`` may use an object with a state of its
    own. That is slower than TensorFlow's operations, which are compiled: for what they can say, use them.

    Args:
        change: Returns an image of the same shape. Images are float32 ``(height, width, channels)`` in [0, 1] both
            ways; it may write into the one that it is given. The seed, from 0 to ``2 ** 64 - 1``, is the image's own
            and the only source of randomness: ``numpy.random.default_rng(seed)``.
    """
    lock = Lock()  # replicas and what is prepared ahead call from threads of their own

    def change_all(images: NDArray[np.float32], seeds: NDArray[np.int32]) -> NDArray[np.float32]:
        import numpy as np

        changed = np.array(images)  # TensorFlow's own memory, which others read too, is left alone
        for row, seed in enumerate(np.ascontiguousarray(seeds).view(np.uint64)[:, 0].tolist()):
            with lock:
                made = np.asarray(change(changed[row], seed))
            if made.shape != changed[row].shape:
                message = f"{change!r} returned an image of shape {made.shape}; expected {changed[row].shape}"
                raise PluginError(message)
            changed[row] = made
        return changed

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return tf.ensure_shape(tf.numpy_function(change_all, (images, seeds), tf.float32), images.shape)

    return Pointwise(apply)
