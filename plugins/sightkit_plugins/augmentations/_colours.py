"""Colours: grey levels, and blends of an image with something plainer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import BuildError, uniform

if TYPE_CHECKING:
    import tensorflow as tf

    from sightkit import AugmentationTask

LUMA = (0.299, 0.587, 0.114)
"""What red, green and blue give to a grey level: Recommendation ITU-R BT.601."""


def require_colour(name: str, task: AugmentationTask) -> None:
    """Refuse grey images.

    Raises:
        BuildError: the images have one channel.
    """
    channels = task.image_shape[2]
    if channels != 3:
        message = (
            f"augmentation {name}: expected images of 3 channels, found {channels}; "
            f"leave out {name}, or set images.channels = 3"
        )
        raise BuildError(message)


def factors(seeds: tf.Tensor, strength: float) -> tf.Tensor:
    """Return float32 ``(batch, 1, 1, 1)`` drawn evenly from ``1 - strength`` to ``1 + strength``."""
    return uniform(seeds, 1.0 - strength, 1.0 + strength, shape=(1, 1, 1))


def blend(images: tf.Tensor, plain: tf.Tensor, factor: tf.Tensor) -> tf.Tensor:
    """Return ``plain`` where ``factor`` is 0, ``images`` where it is 1, and beyond where it is more; in [0, 1]."""
    import tensorflow as tf

    return tf.clip_by_value(plain + factor * (images - plain), 0.0, 1.0)


def grey(images: tf.Tensor) -> tf.Tensor:
    """Return the grey levels ``(batch, height, width, 1)`` of images with one channel or three."""
    if images.shape[-1] == 1:
        return images
    red, green, blue = (images[..., channel : channel + 1] for channel in range(3))
    return LUMA[0] * red + LUMA[1] * green + LUMA[2] * blue


def mean_grey(images: tf.Tensor) -> tf.Tensor:
    """Return the mean grey level of each image, ``(batch, 1, 1, 1)``.

    It is a mean of whole levels from 0 to 255. Their sum is exact, and so the same in whatever order threads add.
    """
    import tensorflow as tf

    levels = tf.round(grey(images) * 255.0)
    lines = tf.cast(tf.reduce_sum(levels, axis=2, keepdims=True), tf.float64)  # a line of 2 ** 16 pixels is exact
    pixels = float(images.shape[1] * images.shape[2])
    return tf.cast(tf.reduce_sum(lines, axis=1, keepdims=True) / (pixels * 255.0), tf.float32)
