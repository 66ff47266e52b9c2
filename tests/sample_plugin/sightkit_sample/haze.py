"""Haze: images fade towards white, each by an amount of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl, uniform

if TYPE_CHECKING:
    import tensorflow as tf


class HazeParams(Params):
    """Parameters of ``[[augmentations]] use = "haze"``."""

    most: float = Field(0.3, ge=0, le=1, description="The thickest haze: 0 leaves an image as it is, 1 makes it white.")


def build_haze(params: HazeParams, _task: AugmentationTask) -> Pointwise:
    """Return the haze; its thickness is drawn evenly between none and ``most``."""

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        thickness = uniform(seeds, 0.0, params.most, shape=(1, 1, 1))
        return images + thickness * (1.0 - images)

    return Pointwise(apply)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[HazeParams]]:
    """Offer the haze."""
    return [
        Augmentation(
            name="haze",
            summary="Fade towards white.",
            params=HazeParams,
            build=build_haze,
        )
    ]
