"""Images whose class a bright patch decides, wherever it is, and a network that can learn it."""

from __future__ import annotations

import keras
import numpy as np

SIDE, PATCH = 16, 5


def patches(count: int, *, channels: int, seed: int = 0) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Return noise with a patch striped across or along, which of both, and the middle of the patch (row, column)."""
    generator = np.random.default_rng(seed)
    images = generator.integers(0, 60, (count, SIDE, SIDE, channels), dtype=np.uint8)
    corners = generator.integers(0, SIDE - PATCH, (count, 2))
    labels = np.arange(count) % 2
    stripes = np.where(np.arange(PATCH) % 2, 255, 0)[:, np.newaxis].repeat(PATCH, axis=1)
    for image, (top, left), label in zip(images, corners, labels, strict=True):
        image[top : top + PATCH, left : left + PATCH] = (stripes.T if label else stripes)[..., np.newaxis]
    return images, labels, corners + (PATCH - 1) / 2


def network(channels: int) -> keras.Model:
    """Return an untrained network of a backbone and a head, which can tell the patches apart."""
    images = keras.Input((SIDE, SIDE, channels))
    first, second = (
        keras.layers.Conv2D(8, 3, padding="same", activation="relu", name=f"conv{number}") for number in (1, 2)
    )
    layers = [keras.layers.Rescaling(2.0, -1.0), first, keras.layers.MaxPooling2D(name="half"), second]
    backbone = keras.Sequential([keras.Input(images.shape[1:]), *layers], name="backbone")
    layers = [keras.layers.GlobalMaxPooling2D(), keras.layers.Dropout(0.5), keras.layers.Dense(2)]
    head = keras.Sequential([keras.Input(backbone.output_shape[1:]), *layers], name="head")
    return keras.Model(images, head(backbone(images)))


def nested(backbone: keras.Model, head: keras.Model) -> keras.Model:
    images = keras.Input(backbone.input_shape[1:])
    return keras.Model(images, head(backbone(images)))


def plain(backbone: keras.Model, head: keras.Model) -> keras.Model:
    return keras.Sequential([keras.Input(backbone.input_shape[1:]), *backbone.layers, *head.layers])


def subclassed(backbone: keras.Model, head: keras.Model) -> keras.Model:
    class Subclassed(keras.Model):
        def __init__(self):
            super().__init__()
            self.lower, self.upper = backbone, head

        def call(self, images, training=False):
            return self.upper(self.lower(images), training=training)

    return Subclassed()


KINDS = {build.__name__: build for build in (nested, plain, subclassed)}
"""Ways to make one model of a backbone and a head."""
