"""Rows of eight that describe how geometric augmentations move points; see `sightkit.Geometric`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf


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
