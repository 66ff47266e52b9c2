"""Random erasing: cover a random rectangle."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, BuildError, Params, Pointwise, hookimpl, uniform
from sightkit_plugins.augmentations._boxes import inside
from sightkit_plugins.augmentations._chances import sometimes

if TYPE_CHECKING:
    import tensorflow as tf


class RandomErasingParams(Params):
    """Parameters of ``[[augmentations]] use = "random-erasing"``."""

    min_area: float = Field(0.02, gt=0, le=1, description="The smallest rectangle, as a fraction of the image's area.")
    max_area: float = Field(0.4, gt=0, le=1, description="The largest rectangle, as a fraction of the image's area.")
    max_aspect: float = Field(
        10 / 3, ge=1, le=100, description="The longer side over the shorter one, in pixels, at most; 1 for squares."
    )
    cover: Literal["noise", "grey", "black"] = Field(
        "noise", description="What it is covered with: noise draws every value anew."
    )
    probability: float = Field(0.5, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_random_erasing(params: RandomErasingParams, task: AugmentationTask) -> Pointwise:
    """Return images with a rectangle covered, of an area drawn evenly, lying anywhere inside.

    Source of the method and the defaults: Zhong et al., "Random Erasing Data Augmentation", AAAI 2020. A rectangle
    that is longer than the image is cut to it. Squares of one area in black are Cutout (DeVries & Taylor, "Improved
    Regularization of Convolutional Neural Networks with Cutout", 2017), but for theirs that reach beyond the edge.

    Raises:
        BuildError: the smallest area is above the largest.
    """
    if params.min_area > params.max_area:
        found = f"{params.min_area} and {params.max_area}"
        message = f"augmentation random-erasing: expected min_area <= max_area, found {found}; exchange them"
        raise BuildError(message)

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        if params.cover == "noise":
            cover = uniform(seeds, 0.0, 1.0, stream=4, shape=task.image_shape)
        else:
            cover = 0.5 if params.cover == "grey" else 0.0
        return tf.where(rectangles(seeds, params, task), cover, images)

    return sometimes(Pointwise(apply), params.probability)


def rectangles(seeds: tf.Tensor, params: RandomErasingParams, task: AugmentationTask) -> tf.Tensor:
    """Return bool ``(batch, height, width, 1)``: what is covered."""
    import tensorflow as tf

    height, width, _ = task.image_shape
    areas = params.min_area + (params.max_area - params.min_area) * uniform(seeds, 0.0, 1.0)
    logarithms = math.log(params.max_aspect) * uniform(seeds, -1.0, 1.0, stream=1)
    # The exponential in float64, where its last bit, which depends on how a batch is divided, is rounded away.
    aspects = tf.cast(tf.exp(tf.cast(logarithms, tf.float64)), tf.float32)
    pixels = areas * float(height * width)

    def side(length: tf.Tensor, room: int, *, stream: int) -> tuple[tf.Tensor, tf.Tensor]:
        length = tf.clip_by_value(tf.round(length), 1.0, float(room))
        start = tf.floor(uniform(seeds, 0.0, 1.0, stream=stream) * (room - length + 1.0))
        return start, start + length

    top, bottom = side(tf.sqrt(pixels / aspects), height, stream=2)
    left, right = side(tf.sqrt(pixels * aspects), width, stream=3)
    return inside(top, bottom, left, right, height=height, width=width)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[RandomErasingParams]]:
    """Offer the erasing."""
    return [
        Augmentation(
            name="random-erasing",
            summary="A random rectangle covered with noise, grey or black.",
            params=RandomErasingParams,
            build=build_random_erasing,
        )
    ]
