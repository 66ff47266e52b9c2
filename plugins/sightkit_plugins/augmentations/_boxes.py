"""Boxes: rectangles of whole pixels, one an image."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import tensorflow as tf


def inside(
    top: tf.Tensor, bottom: tf.Tensor, left: tf.Tensor, right: tf.Tensor, *, height: int, width: int
) -> tf.Tensor:
    """Return bool ``(batch, height, width, 1)``: which pixels lie in each image's box.

    Args:
        top: The first row, a whole number, float32 ``(batch,)`` like the others.
        bottom: The row after the last.
        left: The first column.
        right: The column after the last.
        height: Of the images, in pixels.
        width: Of the images, in pixels.
    """
    import tensorflow as tf

    rows = tf.range(height, dtype=tf.float32)[None]
    columns = tf.range(width, dtype=tf.float32)[None]
    down = (rows >= top[:, None]) & (rows < bottom[:, None])
    across = (columns >= left[:, None]) & (columns < right[:, None])
    return (down[:, :, None] & across[:, None, :])[..., None]
