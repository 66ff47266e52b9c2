"""Chances: an augmentation that is applied to some of the images only."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from sightkit import Geometric, Mixing, Pointwise, uniform

if TYPE_CHECKING:
    import tensorflow as tf

T = TypeVar("T", Pointwise, Geometric, Mixing)

STREAM = 0x636F696E  # of the toss, apart from the small numbers that augmentations use for theirs
IDENTITY = [1.0, 0.0, 0.0, 0.0, 1.0, 0.0, 0.0, 0.0]


def sometimes(transform: T, probability: float) -> T:
    """Return a transform of the same form that leaves every image alone with probability ``1 - probability``.

    A pointwise one is computed for the images that are chosen, and not for the others.
    """
    if probability == 1.0:
        return transform
    if isinstance(transform, Pointwise):
        return sometimes_pointwise(transform, probability)
    if isinstance(transform, Geometric):
        return sometimes_geometric(transform, probability)
    return sometimes_mixing(transform, probability)


def toss(seeds: tf.Tensor, probability: float) -> tf.Tensor:
    """Return bool ``(batch,)``: which images are chosen."""
    return uniform(seeds, 0.0, 1.0, stream=STREAM) < probability


def sometimes_pointwise(transform: Pointwise, probability: float) -> Pointwise:
    """Return `sometimes` of a pointwise transform."""

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        rows = tf.where(toss(seeds, probability))
        changed = transform.apply(tf.gather_nd(images, rows), tf.gather_nd(seeds, rows))
        return tf.tensor_scatter_nd_update(images, rows, changed)

    return Pointwise(apply)


def sometimes_geometric(transform: Geometric, probability: float) -> Geometric:
    """Return `sometimes` of a geometric transform."""

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return tf.where(toss(seeds, probability)[:, None], transform.matrices(seeds), tf.constant([IDENTITY]))

    return Geometric(matrices, fill=transform.fill)


def sometimes_mixing(transform: Mixing, probability: float) -> Mixing:
    """Return `sometimes` of a mixing transform; an image that is left alone may still be mixed into others."""

    def apply(images: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        chosen = toss(seeds, probability)
        mixed, mixed_labels = transform.apply(images, labels, seeds)
        images = tf.where(chosen[:, None, None, None], mixed, images)
        return images, tf.where(chosen[:, None], mixed_labels, labels)

    return Mixing(apply)
