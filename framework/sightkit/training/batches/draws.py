"""Random numbers for augmentations: each a pure function of its image's seed pair, its stream and its position.

The hash is PCG4D of Jarzynski & Olano, "Hash Functions for GPU Rendering", Journal of Computer Graphics Techniques
9(3), 2020: four 32-bit words in, four out, by multiplications that wrap around. TensorFlow's own stateless generators
take one seed for a whole tensor; these take one an image, so that how a batch is divided can't change a draw.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import tensorflow as tf

MULTIPLIER, INCREMENT = 1664525, 1013904223  # of the linear congruential step in PCG4D
FOLD_TAG = 0x666F6C64  # keeps `fold` apart from the positions of any draw


def uniform(seeds: tf.Tensor, low: float, high: float, *, stream: int = 0, shape: tuple[int, ...] = ()) -> tf.Tensor:
    """Return numbers drawn evenly from [low, high), independently for each image.

    Args:
        seeds: int32 ``(batch, 2)``, one pair an image.
        low: The smallest number that can be drawn.
        high: The bound that is never reached; above ``low``.
        stream: Tells the draws of one augmentation apart: 0 for the angle, 1 for whether to turn at all.
        shape: The shape of what is drawn for each image.

    Returns:
        float32 ``(batch, *shape)``; 24 random bits each.

    Raises:
        ValueError: no float32 lies in [low, high).
    """
    import numpy as np
    import tensorflow as tf

    first, last = float32_bounds(low, high)
    positions = tf.reshape(tf.range(math.prod(shape), dtype=tf.int32), (1, -1))
    words = pcg4d(
        tf.bitcast(seeds[:, :1], tf.uint32),
        tf.bitcast(seeds[:, 1:], tf.uint32),
        tf.constant(stream, tf.uint32),
        tf.bitcast(positions, tf.uint32),
    )
    bits = tf.cast(tf.bitwise.right_shift(words[0], tf.constant(8, tf.uint32)), tf.float32)
    fractions = tf.reshape(bits * np.float32(2.0**-24), (-1, *shape))
    # Rounding can reach the bound itself; the last number before it takes its place.
    return tf.clip_by_value(first + fractions * np.float32(high - low), first, last)


def fold(seeds: tf.Tensor, number: int) -> tf.Tensor:
    """Return other seeds int32 ``(batch, 2)``, a function of ``seeds`` and ``number``: one set for each use."""
    import tensorflow as tf

    words = pcg4d(
        tf.bitcast(seeds[:, 0], tf.uint32),
        tf.bitcast(seeds[:, 1], tf.uint32),
        tf.constant(number, tf.uint32),
        tf.constant(FOLD_TAG, tf.uint32),
    )
    return tf.bitcast(tf.stack(words[:2], axis=1), tf.int32)


def pcg4d(x: Any, y: Any, z: Any, w: Any) -> tuple[Any, Any, Any, Any]:
    """Return four hashed words; arguments and results are uint32 tensors whose shapes broadcast."""
    import tensorflow as tf

    x, y, z, w = (
        word * tf.constant(MULTIPLIER, tf.uint32) + tf.constant(INCREMENT, tf.uint32) for word in (x, y, z, w)
    )
    for shifted in (True, False):
        x = x + y * w
        y = y + z * x
        z = z + x * y
        w = w + y * z
        if shifted:
            half = tf.constant(16, tf.uint32)
            x, y, z, w = (tf.bitwise.bitwise_xor(word, tf.bitwise.right_shift(word, half)) for word in (x, y, z, w))
    return x, y, z, w


def float32_bounds(low: float, high: float) -> tuple[Any, Any]:
    """Return the first and the last float32 in [low, high)."""
    import numpy as np

    first, last = np.float32(low), np.float32(high)
    if float(first) < low:
        first = np.nextafter(first, np.float32(np.inf))
    if float(last) >= high:
        last = np.nextafter(last, np.float32(-np.inf))
    if not first <= last:
        message = f"uniform draws from [{low}, {high}), which holds no float32; expected low < high"
        raise ValueError(message)
    return first, last
