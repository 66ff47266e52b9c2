"""Rotate: turn images about their centre."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine, cos_sin_tan

if TYPE_CHECKING:
    import tensorflow as tf


class RotateParams(Params):
    """Parameters of ``[[augmentations]] use = "rotate"``."""

    degrees: float = Field(10.0, gt=0, le=180, description="The largest angle either way, in degrees.")
    fill: Fill = Field("constant", description="What comes in at the corners; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_rotate(params: RotateParams, _task: AugmentationTask) -> Geometric:
    """Return a rotation by an angle drawn evenly from ``-degrees`` to ``degrees``."""
    limit = math.radians(params.degrees)

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        cos, sin, _ = cos_sin_tan(uniform(seeds, -limit, limit))
        return affine(seeds, a=cos, b=-sin, d=sin, e=cos)

    return sometimes(Geometric(matrices, fill=params.fill), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[RotateParams]]:
    """Offer the rotation."""
    return [
        Augmentation(
            name="rotate",
            summary="Turn about the centre by a random angle.",
            params=RotateParams,
            build=build_rotate,
        )
    ]
