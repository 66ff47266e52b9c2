"""Pad and crop: a border all around, then a random window of the image's own size."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class PadAndCropParams(Params):
    """Parameters of ``[[augmentations]] use = "pad-and-crop"``."""

    pixels: int = Field(4, ge=1, le=4096, description="The width of the border, in pixels: how far an image can move.")
    fill: Fill = Field("constant", description="What the border is made of; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_pad_and_crop(params: PadAndCropParams, _task: AugmentationTask) -> Geometric:
    """Return the augmentation with which CIFAR-10 is usually trained, with a border of 4 pixels.

    Source: He et al., "Deep Residual Learning for Image Recognition", CVPR 2016, section 4.2.
    """

    def offset(seeds: tf.Tensor, *, stream: int) -> tf.Tensor:
        import tensorflow as tf

        return tf.floor(uniform(seeds, -params.pixels, params.pixels + 1, stream=stream))

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        return affine(seeds, c=offset(seeds, stream=0), f=offset(seeds, stream=1))

    return sometimes(Geometric(matrices, fill=params.fill), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[PadAndCropParams]]:
    """Offer the window of a padded image."""
    return [
        Augmentation(
            name="pad-and-crop",
            summary="A random window of the image with a border around it.",
            params=PadAndCropParams,
            build=build_pad_and_crop,
        )
    ]
