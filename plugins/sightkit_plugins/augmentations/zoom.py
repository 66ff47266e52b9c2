"""Zoom: enlarge or shrink images about their centre."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, BuildError, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class ZoomParams(Params):
    """Parameters of ``[[augmentations]] use = "zoom"``."""

    min_factor: float = Field(
        0.8, ge=0.1, le=10, description="The least enlargement: 0.8 makes things a fifth smaller."
    )
    max_factor: float = Field(1.2, ge=0.1, le=10, description="The most enlargement: 1.2 makes things a fifth larger.")
    fill: Fill = Field("constant", description="What comes in around a smaller image; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_zoom(params: ZoomParams, _task: AugmentationTask) -> Geometric:
    """Return a zoom by a factor drawn evenly, the same for height and width.

    Raises:
        BuildError: the least enlargement is above the most.
    """
    low, high = params.min_factor, params.max_factor
    if low >= high:
        message = (
            f"augmentation zoom: expected min_factor < max_factor, found {low} and {high}; exchange or spread them"
        )
        raise BuildError(message)

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        # In float64: TensorFlow computes some reciprocals at once and the rest one by one, with another last bit.
        factors = tf.cast(uniform(seeds, low, high), tf.float64)
        scale = tf.cast(1.0 / factors, tf.float32)
        return affine(seeds, a=scale, e=scale)

    return sometimes(Geometric(matrices, fill=params.fill), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[ZoomParams]]:
    """Offer the zoom."""
    return [
        Augmentation(
            name="zoom",
            summary="Enlarge or shrink about the centre.",
            params=ZoomParams,
            build=build_zoom,
        )
    ]
