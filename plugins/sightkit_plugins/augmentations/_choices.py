"""Choices: which operation each image draws, and a way to do to each only what was chosen for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from sightkit import uniform
from sightkit_plugins.augmentations._matrices import affine, moved
from sightkit_plugins.augmentations._operations import MOVES, POINTWISE, SIGNED

if TYPE_CHECKING:
    import tensorflow as tf

    from sightkit import Fill


def draw_choices(
    seeds: tf.Tensor, limits: Mapping[str, float], strengths: tf.Tensor, *, stream: int
) -> tuple[tf.Tensor, tf.Tensor]:
    """Return ``choices`` and ``values`` for `operate`: every operation as likely as the others.

    Args:
        seeds: int32 ``(batch, 2)``.
        limits: The largest value of each operation.
        strengths: float32 ``(batch,)``, the fraction of it that is used.
        stream: For `sightkit.uniform`; the next one is used as well.
    """
    import tensorflow as tf

    choices = tf.cast(tf.floor(uniform(seeds, 0.0, float(len(limits)), stream=stream)), tf.int32)
    signs = tf.where(uniform(seeds, 0.0, 1.0, stream=stream + 1) < 0.5, -1.0, 1.0)
    signs = tf.where(tf.gather(tf.constant([name in SIGNED for name in limits]), choices), signs, 1.0)
    return choices, signs * strengths * tf.gather(tf.constant(list(limits.values()), tf.float32), choices)


def operate(
    images: tf.Tensor, choices: tf.Tensor, values: tf.Tensor, *, names: tuple[str, ...], fill: Fill
) -> tf.Tensor:
    """Return images that each went through one operation.

    Args:
        images: float32 ``(batch, height, width, channels)`` in [0, 1].
        choices: int32 ``(batch,)``, which of ``names``.
        values: float32 ``(batch,)``, how strong, in the unit of the operation.
        names: Of ``POINTWISE``, of ``MOVES``, or ``identity``.
        fill: What comes in where an image is moved away.
    """
    import tensorflow as tf

    left = tf.ones_like(choices, tf.bool)
    rows, parts = [], []
    for number, name in enumerate(names):
        if name in POINTWISE:
            chosen = choices == number
            left &= ~chosen
            rows.append(tf.where(chosen)[:, 0])
            parts.append(POINTWISE[name](tf.gather(images, rows[-1]), tf.gather(values, rows[-1])))
    matrices, moving = affine(choices[:, None]), tf.zeros_like(left)
    for number, name in enumerate(names):
        if name in MOVES:
            chosen = choices == number
            moving |= chosen
            matrices = tf.where(chosen[:, None], MOVES[name](values), matrices)
    rows.append(tf.where(moving)[:, 0])
    parts.append(moved(tf.gather(images, rows[-1]), tf.gather(matrices, rows[-1]), fill))
    rows.append(tf.where(left & ~moving)[:, 0])
    parts.append(tf.gather(images, rows[-1]))
    order = tf.concat(rows, axis=0)
    return tf.gather(tf.concat(parts, axis=0), tf.argsort(order, stable=True))
