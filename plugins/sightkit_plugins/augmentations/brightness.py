"""Brightness: make images darker or lighter."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._colours import factors

if TYPE_CHECKING:
    import tensorflow as tf


class BrightnessParams(Params):
    """Parameters of ``[[augmentations]] use = "brightness"``."""

    strength: float = Field(
        0.2, gt=0, le=1, description="How far from 1 the factor of every pixel may be: 0.2 is from 0.8 to 1.2."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_brightness(params: BrightnessParams, _task: AugmentationTask) -> Pointwise:
    """Return a change by a factor drawn evenly; what gets lighter than white is white."""

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return tf.minimum(images * factors(seeds, params.strength), 1.0)

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[BrightnessParams]]:
    """Offer the brightness."""
    return [
        Augmentation(
            name="brightness",
            summary="Darker or lighter.",
            params=BrightnessParams,
            build=build_brightness,
        )
    ]
