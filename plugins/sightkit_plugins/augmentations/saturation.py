"""Saturation: make colours paler or stronger."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._colours import blend, factors, grey, require_colour

if TYPE_CHECKING:
    import tensorflow as tf


class SaturationParams(Params):
    """Parameters of ``[[augmentations]] use = "saturation"``."""

    strength: float = Field(
        0.2, gt=0, le=1, description="How far from 1 the factor of the colour may be: 0.2 is from 0.8 to 1.2."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_saturation(params: SaturationParams, task: AugmentationTask) -> Pointwise:
    """Return a change by a factor drawn evenly, of what sets a pixel apart from its grey.

    Raises:
        BuildError: the images are grey.
    """
    require_colour("saturation", task)

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        return blend(images, grey(images), factors(seeds, params.strength))

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[SaturationParams]]:
    """Offer the saturation."""
    return [
        Augmentation(
            name="saturation",
            summary="Paler or stronger colours.",
            params=SaturationParams,
            build=build_saturation,
        )
    ]
