"""Flip: mirror images left to right, upside down, or both."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class FlipParams(Params):
    """Parameters of ``[[augmentations]] use = "flip"``."""

    horizontal: bool = Field(True, description="Whether left and right may change places.")
    vertical: bool = Field(False, description="Whether top and bottom may change places.")
    probability: float = Field(0.5, ge=0, le=1, description="How likely each of the two is, from 0 to 1.")


def build_flip(params: FlipParams, _task: AugmentationTask) -> Geometric:
    """Return a flip; the two directions are drawn independently."""

    def sign(seeds: tf.Tensor, *, stream: int) -> tf.Tensor:
        import tensorflow as tf

        return tf.where(uniform(seeds, 0.0, 1.0, stream=stream) < params.probability, -1.0, 1.0)

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        x = sign(seeds, stream=0) if params.horizontal else 1.0
        y = sign(seeds, stream=1) if params.vertical else 1.0
        return affine(seeds, a=x, e=y)

    return Geometric(matrices, fill=None)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[FlipParams]]:
    """Offer the flip."""
    return [
        Augmentation(
            name="flip",
            summary="Mirror left to right, upside down, or both.",
            params=FlipParams,
            build=build_flip,
        )
    ]
