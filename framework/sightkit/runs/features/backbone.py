"""`FrozenBackbone`: from images, plain or augmented, to their pooled features, and what it is made of."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Generator
from typing import TYPE_CHECKING, Any

from sightkit.evaluation.batchwise import Batchwise
from sightkit.evaluation.predict import scaled

if TYPE_CHECKING:
    import numpy as np
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.contracts import Network
    from sightkit.images.prepared import ImageArray
    from sightkit.training.batches.augment import Augment


class FrozenBackbone:
    """The backbone and the pooling of a network in inference mode, compiled as a `Predictor` is.

    What the head makes of its features is bit for bit what the whole model makes of the images.

    Args:
        network: Its parts; their weights are read whenever features are computed.
        augment: The composed augmentations of the training, none of them mixing; ``None`` for none.

    Attributes:
        shape: Of the features of an image.
    """

    def __init__(self, network: Network, *, augment: Augment | None) -> None:
        self._parts = (network.backbone, network.pooling)
        self._augment = augment
        self._plain = Batchwise(lambda images: self._pooled(scaled(images)))
        self._augmented = Batchwise(lambda images, seeds: self._pooled(self._changed(scaled(images), seeds)))
        self._layers = layers_digest(self._parts)
        self.shape = tuple(network.pooling.output_shape[1:])

    def digest(self) -> str:
        """Return a hash of its layers and of their weights as they are now."""
        import numpy as np
        import xxhash

        hashed = xxhash.xxh3_128(self._layers.encode())
        for part in self._parts:
            for variable in part.weights:
                value = np.ascontiguousarray(variable.numpy())
                hashed.update(f"{value.dtype} {value.shape}".encode())
                hashed.update(value.data)
        return hashed.hexdigest()

    def features(
        self, images: ImageArray, rows: NDArray[np.int64], seeds: NDArray[np.int32] | None
    ) -> Generator[NDArray[np.float32], None, None]:
        """Yield the features of images, batch by batch; to be closed by whoever stops asking.

        Args:
            images: uint8 ``(m, height, width, channels)``.
            rows: Which of them, int64 ``(n,)``.
            seeds: Those of the augmentations, int32 ``(n, 2)``; ``None`` for the images as they are.
        """
        return self._plain(images, rows) if seeds is None else self._augmented(images, rows, seeds)

    def _pooled(self, images: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        backbone, pooling = self._parts
        return tf.cast(pooling(backbone(images, training=False), training=False), tf.float32)

    def _changed(self, images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        assert self._augment is not None
        labels = tf.zeros((tf.shape(images)[0], 1))  # only what mixes would look at them
        return self._augment(images, labels, seeds)[0]


def layers_digest(parts: tuple[Any, ...]) -> str:
    """Return the SHA-256 of what Keras writes about models into a file, but for their weights.

    To be taken before training begins: which layers are frozen is written there, too.
    """
    import keras

    # What JSON can't hold is told by its address at worst, and the features are computed anew.
    described = [keras.saving.serialize_keras_object(part) for part in parts]
    return hashlib.sha256(json.dumps(described, default=repr, sort_keys=True).encode()).hexdigest()
