"""Hue: turn all colours on the colour circle."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._colours import require_colour

if TYPE_CHECKING:
    import tensorflow as tf


class HueParams(Params):
    """Parameters of ``[[augmentations]] use = "hue"``."""

    degrees: float = Field(
        18.0,
        gt=0,
        le=180,
        description="The largest turn either way, in degrees of the colour circle; 120 makes red green.",
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_hue(params: HueParams, task: AugmentationTask) -> Pointwise:
    """Return a turn of hues, saturation and value kept, by an angle drawn evenly.

    Raises:
        BuildError: the images are grey.
    """
    require_colour("hue", task)
    turns = params.degrees / 360.0

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        hue, rest = tf.split(tf.image.rgb_to_hsv(images), (1, 2), axis=-1)
        hue = hue + uniform(seeds, -turns, turns, shape=(1, 1, 1))
        return tf.clip_by_value(tf.image.hsv_to_rgb(tf.concat([hue - tf.floor(hue), rest], axis=-1)), 0.0, 1.0)

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[HueParams]]:
    """Offer the hue."""
    return [
        Augmentation(
            name="hue",
            summary="Other colours, as light and as strong.",
            params=HueParams,
            build=build_hue,
        )
    ]
