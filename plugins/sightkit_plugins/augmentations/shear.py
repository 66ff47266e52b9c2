"""Shear: slant images sideways or upright."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine, cos_sin_tan

if TYPE_CHECKING:
    import tensorflow as tf


class ShearParams(Params):
    """Parameters of ``[[augmentations]] use = "shear"``."""

    horizontal_degrees: float = Field(
        10.0, ge=0, le=60, description="The largest slant of upright lines either way, in degrees."
    )
    vertical_degrees: float = Field(
        0.0, ge=0, le=60, description="The largest slant of level lines either way, in degrees."
    )
    fill: Fill = Field("constant", description="What comes in at the corners; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_shear(params: ShearParams, _task: AugmentationTask) -> Geometric:
    """Return a shear about the centre by angles drawn evenly; sideways first, then upright."""

    def slope(seeds: tf.Tensor, degrees: float, *, stream: int) -> tf.Tensor | float:
        if degrees == 0.0:
            return 0.0
        limit = math.radians(degrees)
        return cos_sin_tan(uniform(seeds, -limit, limit, stream=stream))[2]

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        across = slope(seeds, params.horizontal_degrees, stream=0)
        down = slope(seeds, params.vertical_degrees, stream=1)
        return affine(seeds, a=1.0 + across * down, b=across, d=down)

    return sometimes(Geometric(matrices, fill=params.fill), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[ShearParams]]:
    """Offer the shear."""
    return [
        Augmentation(
            name="shear",
            summary="Slant sideways, upright, or both.",
            params=ShearParams,
            build=build_shear,
        )
    ]
