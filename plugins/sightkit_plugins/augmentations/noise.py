"""Noise: as of a camera in the dark."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._normals import normal

if TYPE_CHECKING:
    import tensorflow as tf


class NoiseParams(Params):
    """Parameters of ``[[augmentations]] use = "noise"``."""

    deviation: float = Field(
        0.05, gt=0, le=1, description="Standard deviation of the noise, as a fraction of the way from black to white."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_noise(params: NoiseParams, task: AugmentationTask) -> Pointwise:
    """Return images with a normal number added to every pixel and channel, cut to [0, 1]."""

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return tf.clip_by_value(images + params.deviation * normal(seeds, shape=task.image_shape), 0.0, 1.0)

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[NoiseParams]]:
    """Offer the noise."""
    return [
        Augmentation(
            name="noise",
            summary="Gaussian noise on every pixel.",
            params=NoiseParams,
            build=build_noise,
        )
    ]
