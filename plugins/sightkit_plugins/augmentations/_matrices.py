"""Rows of eight that describe how geometric augmentations move points; see `sightkit.Geometric`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

    from sightkit import Fill


def affine(
    seeds: tf.Tensor, *, a: Any = 1.0, b: Any = 0.0, c: Any = 0.0, d: Any = 0.0, e: Any = 1.0, f: Any = 0.0
) -> tf.Tensor:
    """Return float32 ``(batch, 8)`` that takes ``(x, y)`` of the output to ``(a x + b y + c, d x + e y + f)``.

    Args:
        seeds: ``(batch, 2)``, for the size of the batch.
        a: A number or float32 ``(batch,)``, like the others.
        b: See ``a``.
        c: In pixels.
        d: See ``a``.
        e: See ``a``.
        f: In pixels.
    """
    import tensorflow as tf

    batch = tf.shape(seeds)[:1]
    return tf.stack([tf.broadcast_to(value, batch) for value in (a, b, c, d, e, f, 0.0, 0.0)], axis=1)


def cos_sin_tan(radians: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor, tf.Tensor]:
    """Return float32 cosines, sines and tangents of float32 angles, the same however the batch is divided.

    TensorFlow computes eight or more numbers at once and the rest of a tensor one by one, with a last bit that may
    differ. In float64, that bit doesn't reach the float32 that is returned.
    """
    import tensorflow as tf

    angles = tf.cast(radians, tf.float64)
    cos, sin = tf.cos(angles), tf.sin(angles)
    return tf.cast(cos, tf.float32), tf.cast(sin, tf.float32), tf.cast(sin / cos, tf.float32)


def moved(images: tf.Tensor, rows: tf.Tensor, fill: Fill) -> tf.Tensor:
    """Return ``images``, float32 ``(batch, height, width, channels)``, moved by affine rows, for policies.

    Other augmentations return a `sightkit.Geometric`, so that neighbours are interpolated once.
    """
    import tensorflow as tf

    height, width = images.shape[1:3]
    x, y = (width - 1) / 2, (height - 1) / 2  # the operation counts from the corner
    a, b, c, d, e, f, g, h = tf.unstack(rows, axis=1)
    c, f = c + x - a * x - b * y, f + y - d * x - e * y
    found = tf.raw_ops.ImageProjectiveTransformV3(
        images=images,
        transforms=tf.stack([a, b, c, d, e, f, g, h], axis=1),
        output_shape=tf.constant([height, width]),
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode=fill.upper(),
    )
    return tf.clip_by_value(found, 0.0, 1.0)  # rounding can go beyond
