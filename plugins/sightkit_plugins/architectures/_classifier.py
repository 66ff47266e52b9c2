"""What follows a backbone in most networks: the mean of each feature map, dropout and one layer of logits."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sightkit import Network

if TYPE_CHECKING:
    import keras


def as_classifier(images: Any, maps: Any, *, num_classes: int, dropout: float) -> Network:
    """Return the network from symbolic images through feature maps to logits.

    The layers are called ``average`` in the model ``pooling``, and ``dropout`` and ``logits`` in the model ``head``.

    Args:
        images: The input, float32 ``(batch, height, width, channels)`` in [0, 1].
        maps: Feature maps made from it, ``(batch, h, w, features)``.
        num_classes: The number of logits.
        dropout: Fraction of features that is dropped in training.
    """
    import keras

    return on_backbone(keras.Model(images, maps, name="backbone"), num_classes=num_classes, dropout=dropout)


def on_backbone(backbone: keras.Model, *, num_classes: int, dropout: float) -> Network:
    """Return the network of a backbone, with pooling and head as in `as_classifier`."""
    import keras

    pooled = keras.layers.GlobalAveragePooling2D(name="average")
    pooling = keras.Sequential([keras.Input(backbone.output_shape[1:]), pooled], name="pooling")
    logits = keras.layers.Dense(num_classes, dtype="float32", name="logits")
    head = [keras.Input(pooling.output_shape[1:]), keras.layers.Dropout(dropout, name="dropout"), logits]
    return Network(backbone, pooling, keras.Sequential(head, name="head"))
