"""Contrast: draw pixels nearer to the mean grey of their image, or farther from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._colours import blend, factors, mean_grey

if TYPE_CHECKING:
    import tensorflow as tf


class ContrastParams(Params):
    """Parameters of ``[[augmentations]] use = "contrast"``."""

    strength: float = Field(
        0.2, gt=0, le=1, description="How far from 1 the factor of the contrast may be: 0.2 is from 0.8 to 1.2."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_contrast(params: ContrastParams, _task: AugmentationTask) -> Pointwise:
    """Return a change by a factor drawn evenly, about the mean grey level of each image."""

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        return blend(images, mean_grey(images), factors(seeds, params.strength))

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[ContrastParams]]:
    """Offer the contrast."""
    return [
        Augmentation(
            name="contrast",
            summary="Less contrast or more.",
            params=ContrastParams,
            build=build_contrast,
        )
    ]
