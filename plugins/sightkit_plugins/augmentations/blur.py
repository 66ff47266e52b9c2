"""Blur: smooth images with a Gaussian of random width."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, BuildError, Params, Pointwise, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes

if TYPE_CHECKING:
    import tensorflow as tf

REACH = 3.0  # standard deviations, beyond which a Gaussian is as good as nothing


class BlurParams(Params):
    """Parameters of ``[[augmentations]] use = "blur"``."""

    min_sigma: float = Field(
        0.1, ge=0.01, le=50, description="The narrowest Gaussian: its standard deviation, in pixels."
    )
    max_sigma: float = Field(2.0, ge=0.01, le=50, description="The widest Gaussian: its standard deviation, in pixels.")
    probability: float = Field(0.5, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_blur(params: BlurParams, _task: AugmentationTask) -> Pointwise:
    """Return a Gaussian blur whose standard deviation is drawn evenly; edges are mirrored.

    The defaults are those of Chen et al., "A Simple Framework for Contrastive Learning of Visual Representations",
    ICML 2020, appendix A, for images of 224 pixels.

    Raises:
        BuildError: the narrowest Gaussian is wider than the widest.
    """
    low, high = params.min_sigma, params.max_sigma
    if low > high:
        message = f"augmentation blur: expected min_sigma <= max_sigma, found {low} and {high}; exchange them"
        raise BuildError(message)

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        sides = weights(low + (high - low) * uniform(seeds, 0.0, 1.0), math.ceil(REACH * high))
        for axis in (1, 2):
            images = smooth(images, sides, axis=axis)
        return tf.clip_by_value(images, 0.0, 1.0)

    return sometimes(Pointwise(apply), params.probability)


def weights(sigmas: tf.Tensor, radius: int) -> tf.Tensor:
    """Return float32 ``(batch, radius + 1)``, the weights of a pixel and of its neighbours on one side."""
    import tensorflow as tf

    # In float64, where a last bit that depends on how a batch is divided is rounded away.
    distances = tf.range(radius + 1, dtype=tf.float64)[None] / tf.cast(sigmas, tf.float64)[:, None]
    sides = tf.exp(-0.5 * distances**2)
    total = 2.0 * tf.reduce_sum(sides, axis=1, keepdims=True) - 1.0
    return tf.cast(sides / total, tf.float32)


def smooth(images: tf.Tensor, sides: tf.Tensor, *, axis: int) -> tf.Tensor:
    """Return weighted sums of neighbours along ``axis``; every image has weights of its own."""
    import tensorflow as tf

    radius, size = sides.shape[1] - 1, images.shape[axis]
    padded = tf.gather(images, mirrored(size, radius), axis=axis)

    def shifted(offset: int) -> tf.Tensor:
        start = radius + offset
        return padded[:, start : start + size] if axis == 1 else padded[:, :, start : start + size]

    total = sides[:, 0, None, None, None] * images
    for offset in range(1, radius + 1):
        total += sides[:, offset, None, None, None] * (shifted(-offset) + shifted(offset))
    return total


def mirrored(size: int, radius: int) -> list[int]:
    """Return the places ``-radius`` to ``size + radius - 1``, with the outermost pixel as the mirror."""
    period = max(2 * (size - 1), 1)
    return [min(place % period, -place % period) for place in range(-radius, size + radius)]


@hookimpl
def sightkit_augmentations() -> list[Augmentation[BlurParams]]:
    """Offer the blur."""
    return [
        Augmentation(
            name="blur",
            summary="Out of focus, more or less.",
            params=BlurParams,
            build=build_blur,
        )
    ]
