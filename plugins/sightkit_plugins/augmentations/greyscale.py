"""Greyscale: take the colours out of some images."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._colours import grey, require_colour

if TYPE_CHECKING:
    import tensorflow as tf


class GreyscaleParams(Params):
    """Parameters of ``[[augmentations]] use = "greyscale"``."""

    probability: float = Field(0.1, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_greyscale(params: GreyscaleParams, task: AugmentationTask) -> Pointwise:
    """Return images of three equal channels.

    Raises:
        BuildError: the images are grey already.
    """
    require_colour("greyscale", task)

    def apply(images: tf.Tensor, _seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        return tf.broadcast_to(tf.minimum(grey(images), 1.0), tf.shape(images))

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[GreyscaleParams]]:
    """Offer the greyscale."""
    return [
        Augmentation(
            name="greyscale",
            summary="Without colours, some of the time.",
            params=GreyscaleParams,
            build=build_greyscale,
        )
    ]
