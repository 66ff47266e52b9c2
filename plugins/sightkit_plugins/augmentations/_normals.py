"""Normal numbers, each a pure function of its image's seeds, as `sightkit.uniform` draws even ones."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from sightkit import uniform

if TYPE_CHECKING:
    import tensorflow as tf

PACKET = 16  # how many float32 a processor takes at once, at most; the rest of a tensor may be rounded otherwise


def normal(seeds: tf.Tensor, *, shape: tuple[int, ...], stream: int = 0) -> tf.Tensor:
    """Return float32 ``(batch, *shape)`` drawn from the standard normal distribution; the farthest are at 5.8.

    The method is that of Box & Muller, "A Note on the Generation of Random Normal Deviates", Annals of Mathematical
    Statistics 29(2), 1958: two even draws give two normal ones.

    Args:
        seeds: int32 ``(batch, 2)``, one pair an image.
        shape: The shape of what is drawn for each image.
        stream: As for `sightkit.uniform`; the next one is used as well.
    """
    import tensorflow as tf

    count = math.prod(shape)
    pairs = math.ceil(count / (2 * PACKET)) * PACKET  # whole packets: how a batch is divided changes no bit
    radii = tf.sqrt(-2.0 * tf.math.log(1.0 - uniform(seeds, 0.0, 1.0, stream=stream, shape=(pairs,))))
    angles = uniform(seeds, 0.0, 2.0 * math.pi, stream=stream + 1, shape=(pairs,))
    draws = tf.concat([radii * tf.cos(angles), radii * tf.sin(angles)], axis=1)
    return tf.reshape(draws[:, :count], (-1, *shape))
