"""Resized crop: a random window of random area and aspect ratio, stretched to the whole."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, BuildError, Geometric, Params, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._matrices import affine

if TYPE_CHECKING:
    import tensorflow as tf

TRIES = 10


class ResizedCropParams(Params):
    """Parameters of ``[[augmentations]] use = "resized-crop"``."""

    min_area: float = Field(0.08, gt=0, le=1, description="The smallest window, as a fraction of the image's area.")
    max_area: float = Field(1.0, gt=0, le=1, description="The largest window, as a fraction of the image's area.")
    min_aspect: float = Field(
        0.75, gt=0, le=1, description="The narrowest window: its width over its height, in pixels."
    )
    max_aspect: float = Field(
        4 / 3, ge=1, le=100, description="The widest window: its width over its height, in pixels."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_resized_crop(params: ResizedCropParams, task: AugmentationTask) -> Geometric:
    """Return a crop to a window whose area is drawn evenly, whose aspect ratio so that 1/2 is as likely as 2.

    The defaults are those of Szegedy et al., "Going Deeper with Convolutions", CVPR 2015, section 6. A window that
    would not fit is drawn again, and where that fails it is cut to the image, as in torchvision's RandomResizedCrop.

    Raises:
        BuildError: the smallest area is above the largest.
    """
    if params.min_area > params.max_area:
        found = f"{params.min_area} and {params.max_area}"
        message = f"augmentation resized-crop: expected min_area <= max_area, found {found}; exchange them"
        raise BuildError(message)
    height, width, _ = task.image_shape

    def matrices(seeds: tf.Tensor) -> tf.Tensor:
        across, down = windows(seeds, params, height=height, width=width)
        # From the centre of the outermost pixels: the window never looks beyond them.
        x = uniform(seeds, -0.5, 0.5, stream=2) * (1.0 - across) * (width - 1.0)
        y = uniform(seeds, -0.5, 0.5, stream=3) * (1.0 - down) * (height - 1.0)
        return affine(seeds, a=across, c=x, e=down, f=y)

    return sometimes(Geometric(matrices, fill=None), params.probability)


def windows(seeds: tf.Tensor, params: ResizedCropParams, *, height: int, width: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the width and height of each window, ``(batch,)``, as fractions of the image's."""
    import tensorflow as tf

    areas = params.min_area + (params.max_area - params.min_area) * uniform(seeds, 0.0, 1.0, shape=(TRIES,))
    low, high = math.log(params.min_aspect), math.log(params.max_aspect)
    logarithms = low + (high - low) * uniform(seeds, 0.0, 1.0, stream=1, shape=(TRIES,))
    # The exponential in float64, where its last bit, which depends on how a batch is divided, is rounded away.
    shapes = tf.cast(tf.exp(tf.cast(logarithms, tf.float64)), tf.float32) * (height / width)
    across, down = tf.sqrt(areas * shapes), tf.sqrt(areas / shapes)
    first = tf.argmax(tf.cast((across <= 1.0) & (down <= 1.0), tf.int32), axis=1)
    return tuple(tf.minimum(tf.gather(sides, first, batch_dims=1), 1.0) for sides in (across, down))


@hookimpl
def sightkit_augmentations() -> list[Augmentation[ResizedCropParams]]:
    """Offer the crop."""
    return [
        Augmentation(
            name="resized-crop",
            summary="A window of random area and aspect ratio, stretched to the whole.",
            params=ResizedCropParams,
            build=build_resized_crop,
        )
    ]
