"""Uneven light: an image gets darker towards one side, as where the eye was not centred before the camera."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl, uniform

if TYPE_CHECKING:
    import tensorflow as tf


class UnevenLightParams(Params):
    """Parameters of ``[[augmentations]] use = "uneven-light"``."""

    most: float = Field(0.4, gt=0, le=1, description="The most light that the darkest corner may lose, as a fraction.")


def build_uneven_light(params: UnevenLightParams, task: AugmentationTask) -> Pointwise:
    """Return an augmentation that draws a direction and a strength for each image."""
    height, width, _ = task.image_shape

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        angle = uniform(seeds, 0.0, 2 * math.pi, stream=0, shape=(1, 1, 1))
        strength = uniform(seeds, 0.0, params.most, stream=1, shape=(1, 1, 1))
        x = tf.reshape(tf.linspace(-1.0, 1.0, width), (1, 1, width, 1))
        y = tf.reshape(tf.linspace(-1.0, 1.0, height), (1, height, 1, 1))
        # From 0 at the brightest corner that any direction has to 1 at the darkest.
        darkness = 0.5 + (x * tf.cos(angle) + y * tf.sin(angle)) / (2 * math.sqrt(2))
        return images * (1.0 - strength * darkness)

    return Pointwise(apply)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[UnevenLightParams]]:
    """Offer uneven light."""
    return [
        Augmentation(
            name="uneven-light",
            summary="Darker towards one side.",
            params=UnevenLightParams,
            build=build_uneven_light,
        )
    ]
