"""Rotate: turn images about their centre."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class RotateParams(Params):
    """Parameters of ``[[augmentations]] use = "rotate"``."""

    degrees: float = Field(10.0, gt=0, le=180, description="The largest angle either way, in degrees.")
    fill: Fill = Field("constant", description="What comes in at the corners; constant is black.")


def build_rotate(params: RotateParams, _task: AugmentationTask) -> Geometric:
    """Return a rotation by an angle drawn evenly from ``-degrees`` to ``degrees``."""
    limit = math.radians(params.degrees)

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        angles = uniform(seeds, -limit, limit)
        cos, sin = tf.cos(angles), tf.sin(angles)
        return affine(seeds, a=cos, b=-sin, d=sin, e=cos)

    return Geometric(matrices, fill=params.fill)


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
