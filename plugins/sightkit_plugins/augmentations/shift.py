"""Shift: move images up, down and sideways by whole pixels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class ShiftParams(Params):
    """Parameters of ``[[augmentations]] use = "shift"``."""

    height: float = Field(0.1, ge=0, lt=1, description="The farthest up or down, as a fraction of the height.")
    width: float = Field(0.1, ge=0, lt=1, description="The farthest left or right, as a fraction of the width.")
    fill: Fill = Field("constant", description="What comes in at the edges; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_shift(params: ShiftParams, task: AugmentationTask) -> Geometric:
    """Return a shift by a whole number of pixels, so that a small image isn't blurred by being moved."""
    height, width, _ = task.image_shape

    def offset(seeds: tf.Tensor, farthest: float, *, stream: int) -> tf.Tensor:
        import tensorflow as tf

        # One more than the farthest, rounded down: every number of pixels is equally likely, both ends too.
        whole = int(farthest)
        return tf.floor(uniform(seeds, -whole, whole + 1, stream=stream))

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        x = offset(seeds, params.width * width, stream=0)
        y = offset(seeds, params.height * height, stream=1)
        return affine(seeds, c=x, f=y)

    return sometimes(Geometric(matrices, fill=params.fill), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[ShiftParams]]:
    """Offer the shift."""
    return [
        Augmentation(
            name="shift",
            summary="Move up, down and sideways by whole pixels.",
            params=ShiftParams,
            build=build_shift,
        )
    ]
