"""Shares: with whom each image of a batch is mixed, and how much of it stays."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import uniform
from sightkit_plugins.augmentations._normals import normal

if TYPE_CHECKING:
    import tensorflow as tf

TRIES = 8  # one in 20 proposals is refused at most: that all are happens once in 10 ** 10 draws
PARTNERS, PROPOSALS, ACCEPTANCES, BOOSTS = 32, (40, 50), (42, 52), (43, 53)  # streams


def partners(seeds: tf.Tensor) -> tf.Tensor:
    """Return int32 ``(batch,)``: the row of each image's partner.

    The images stand in a circle in random order, and the next one is the partner: everyone has one, everyone is one,
    and nobody is their own unless alone.
    """
    import tensorflow as tf

    order = tf.argsort(uniform(seeds, 0.0, 1.0, stream=PARTNERS), stable=True)
    return tf.scatter_nd(order[:, None], tf.roll(order, shift=-1, axis=0), tf.shape(order))


def shares(seeds: tf.Tensor, alpha: float) -> tf.Tensor:
    """Return float32 ``(batch,)`` in [0, 1] drawn from Beta(alpha, alpha): how much of each image stays.

    A beta number is ``a / (a + b)`` of two gamma numbers. They are taken by their logarithms, since a small ``alpha``
    makes them smaller than any float.
    """
    import tensorflow as tf

    own, other = (log_gamma(seeds, alpha, which=which) for which in (0, 1))
    return tf.cast(tf.sigmoid(own - other), tf.float32)


def log_gamma(seeds: tf.Tensor, alpha: float, *, which: int) -> tf.Tensor:
    """Return float64 ``(batch,)``, logarithms of draws from Gamma(alpha, 1); ``which`` tells two sets apart.

    The method is that of Marsaglia & Tsang, "A Simple Method for Generating Gamma Variables", ACM Transactions on
    Mathematical Software 26(3), 2000, for ``alpha + 1``, with their step down to ``alpha``. A fixed number of
    proposals is drawn, of which the first good one counts, so that no draw depends on another image's.
    """
    import tensorflow as tf

    d = alpha + 1.0 - 1.0 / 3.0
    x = tf.cast(normal(seeds, shape=(TRIES,), stream=PROPOSALS[which]), tf.float64)
    v = tf.maximum(1.0 + x / (9.0 * d) ** 0.5, 1e-9) ** 3  # one that isn't positive is refused, its logarithm unused
    limit = x**2 / 2.0 + d * (1.0 - v + tf.math.log(v))
    accepted = (v > 1e-26) & (log_uniform(seeds, shape=(TRIES,), stream=ACCEPTANCES[which]) < limit)
    first = tf.argmax(tf.cast(accepted, tf.int32), axis=1)
    chosen = tf.gather(v, first, batch_dims=1)
    return tf.math.log(d * chosen) + log_uniform(seeds, shape=(), stream=BOOSTS[which]) / alpha


def log_uniform(seeds: tf.Tensor, *, shape: tuple[int, ...], stream: int) -> tf.Tensor:
    """Return float64 logarithms of even draws from (0, 1]."""
    import tensorflow as tf

    return tf.math.log(1.0 - tf.cast(uniform(seeds, 0.0, 1.0, stream=stream, shape=shape), tf.float64))
