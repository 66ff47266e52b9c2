"""Crop: a random window of the image, enlarged to the whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf


class CropParams(Params):
    """Parameters of ``[[augmentations]] use = "crop"``."""

    min_fraction: float = Field(
        0.8, gt=0, lt=1, description="The smallest window, as a fraction of the image's height and width."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_crop(params: CropParams, task: AugmentationTask) -> Geometric:
    """Return a crop to a window with the image's aspect ratio, of a side drawn evenly and anywhere inside."""
    height, width, _ = task.image_shape

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        fraction = uniform(seeds, params.min_fraction, 1.0, stream=0)
        # From the centre of the outermost pixels: the window never looks beyond them.
        x = uniform(seeds, -0.5, 0.5, stream=1) * (1.0 - fraction) * (width - 1.0)
        y = uniform(seeds, -0.5, 0.5, stream=2) * (1.0 - fraction) * (height - 1.0)
        return affine(seeds, a=fraction, c=x, e=fraction, f=y)

    return sometimes(Geometric(matrices, fill=None), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[CropParams]]:
    """Offer the crop."""
    return [
        Augmentation(
            name="crop",
            summary="A random window, enlarged to the whole image.",
            params=CropParams,
            build=build_crop,
        )
    ]
