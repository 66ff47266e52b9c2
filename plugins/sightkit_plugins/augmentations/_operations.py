"""Operations: what policies choose from for each image.

They are those of Cubuk et al., "AutoAugment: Learning Augmentation Strategies from Data", CVPR 2019, table 6, that
later policies kept: identity, automatic contrast, equalize, posterize, solarize, brightness, contrast, saturation,
sharpness, rotate, shear and translate.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TypeAlias

from sightkit_plugins.augmentations._colours import blend, grey, mean_grey
from sightkit_plugins.augmentations._matrices import affine, cos_sin_tan

if TYPE_CHECKING:
    import tensorflow as tf

Operation: TypeAlias = "Callable[[tf.Tensor, tf.Tensor], tf.Tensor]"
"""``(images, values) -> images``: float32 ``(batch, height, width, channels)`` in [0, 1] both ways, ``(batch,)``."""

LEVELS = 255.0  # of an 8-bit image, which the operations were made for


def autocontrast(images: tf.Tensor, _values: tf.Tensor) -> tf.Tensor:
    """Stretch each channel to go from black to white; one that is all alike stays."""
    import tensorflow as tf

    low = tf.reduce_min(images, axis=(1, 2), keepdims=True)
    span = tf.reduce_max(images, axis=(1, 2), keepdims=True) - low
    return tf.where(span > 0.0, tf.clip_by_value((images - low) / tf.maximum(span, 1e-9), 0.0, 1.0), images)


def equalize(images: tf.Tensor, _values: tf.Tensor) -> tf.Tensor:
    """Spread the levels of each channel evenly, by their rank; one that is all alike stays."""
    import tensorflow as tf

    shape = tf.shape(images)
    lines = shape[0] * shape[3]  # one for each channel of each image
    levels = tf.cast(tf.round(images * LEVELS), tf.int32)
    places = levels + 256 * tf.reshape(tf.range(lines), (-1, 1, 1, shape[3]))
    counts = tf.reshape(tf.math.bincount(tf.reshape(places, (-1,)), minlength=lines * 256), (-1, 256))
    # As in Pillow: the step is such that the last level, however common, becomes white.
    last = tf.reduce_max(tf.where(counts > 0, tf.range(256)[None], 0), axis=1)
    steps = (shape[1] * shape[2] - tf.gather(counts, last, batch_dims=1))[:, None] // 255
    below = tf.cumsum(counts, axis=1, exclusive=True)
    table = tf.minimum((below + steps // 2) // tf.maximum(steps, 1), 255)
    table = tf.where(steps > 0, table, tf.range(256)[None])
    return tf.gather(tf.cast(tf.reshape(table, (-1,)), tf.float32) / LEVELS, places)


def posterize(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Keep the first bits of 8; ``values`` says how many to drop and is rounded."""
    import tensorflow as tf

    steps = tf.gather(tf.constant([2.0**bits for bits in range(9)]), tf.cast(tf.round(values), tf.int32))
    steps = steps[:, None, None, None]
    return tf.floor(tf.round(images * LEVELS) / steps) * steps / LEVELS


def solarize(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Turn what is brighter than ``1 - values``, or as bright, into its negative."""
    import tensorflow as tf

    return tf.where(images >= 1.0 - values[:, None, None, None], 1.0 - images, images)


def brighten(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Multiply by ``1 + values``."""
    import tensorflow as tf

    return tf.clip_by_value(images * (1.0 + values[:, None, None, None]), 0.0, 1.0)


def contrast(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Multiply the distance to the mean grey level by ``1 + values``."""
    return blend(images, mean_grey(images), 1.0 + values[:, None, None, None])


def saturate(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Multiply the distance to grey by ``1 + values``; grey images stay."""
    return blend(images, grey(images), 1.0 + values[:, None, None, None])


def sharpen(images: tf.Tensor, values: tf.Tensor) -> tf.Tensor:
    """Multiply the distance to a smoothed image by ``1 + values``, but for the outermost pixels.

    It is smoothed as in Pillow: a pixel counts five times, its eight neighbours once.
    """
    import tensorflow as tf

    if min(images.shape[1:3]) < 3:
        return images
    columns = images[:, :, :-2] + images[:, :, 1:-1] + images[:, :, 2:]
    box = columns[:, :-2] + columns[:, 1:-1] + columns[:, 2:]
    inner = images[:, 1:-1, 1:-1]
    difference = inner - (box + 4.0 * inner) / 13.0
    difference = tf.pad(difference, [[0, 0], [1, 1], [1, 1], [0, 0]])
    return tf.clip_by_value(images + values[:, None, None, None] * difference, 0.0, 1.0)


def rotation(degrees: tf.Tensor) -> tf.Tensor:
    """Return rows that turn images about their centre."""
    cos, sin, _ = cos_sin_tan(degrees * (math.pi / 180.0))
    return affine(degrees[:, None], a=cos, b=-sin, d=sin, e=cos)


POINTWISE: Mapping[str, Operation] = {
    "autocontrast": autocontrast,
    "equalize": equalize,
    "posterize": posterize,
    "solarize": solarize,
    "brightness": brighten,
    "contrast": contrast,
    "saturation": saturate,
    "sharpness": sharpen,
}
MOVES: Mapping[str, Callable[[tf.Tensor], tf.Tensor]] = {
    "rotate": rotation,
    "shear-x": lambda values: affine(values[:, None], b=values),
    "shear-y": lambda values: affine(values[:, None], d=values),
    "translate-x": lambda values: affine(values[:, None], c=values),
    "translate-y": lambda values: affine(values[:, None], f=values),
}
"""``values`` in degrees, as slopes and in pixels."""

SIGNED = frozenset({"brightness", "contrast", "saturation", "sharpness", *MOVES})
"""Operations that go either way, with even odds."""
