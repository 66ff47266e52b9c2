"""RandAugment: a few operations an image, any of fourteen, all of one strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Params, Pointwise, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._choices import draw_choices, operate

if TYPE_CHECKING:
    import tensorflow as tf

HIGHEST = 30.0  # magnitude
FARTHEST = 150.0 / 331.0  # as a fraction of the side: AutoAugment's 150 pixels of images of 331


class RandAugmentParams(Params):
    """Parameters of ``[[augmentations]] use = "rand-augment"``."""

    operations: int = Field(2, ge=1, le=10, description="How many operations each image goes through.")
    magnitude: float = Field(9.0, ge=0, le=HIGHEST, description="How strong all of them are, from 0 to 30.")
    fill: Fill = Field("constant", description="What comes in where an image is moved away; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_rand_augment(params: RandAugmentParams, task: AugmentationTask) -> Pointwise:
    """Return the policy: every image draws its operations evenly, one may come twice.

    Source: Cubuk et al., "RandAugment: Practical Automated Data Augmentation with a Reduced Search Space", CVPR
    Workshops 2020, with 2 operations of magnitude 9 for ResNet-50 on ImageNet. The limits at magnitude 30 are those
    of torchvision's RandAugment.
    """
    height, width, _ = task.image_shape
    limits = {
        "identity": 0.0,
        "autocontrast": 0.0,
        "equalize": 0.0,
        "posterize": 4.0,  # bits dropped
        "solarize": 1.0,  # below white
        "brightness": 0.9,  # beside a factor of 1, as for the next three
        "contrast": 0.9,
        "saturation": 0.9,
        "sharpness": 0.9,
        "rotate": 30.0,  # degrees
        "shear-x": 0.3,  # slope
        "shear-y": 0.3,
        "translate-x": FARTHEST * width,  # pixels
        "translate-y": FARTHEST * height,
    }

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        strengths = tf.fill(tf.shape(seeds)[:1], params.magnitude / HIGHEST)
        for number in range(params.operations):
            choices, values = draw_choices(seeds, limits, strengths, stream=2 * number)
            images = operate(images, choices, values, names=tuple(limits), fill=params.fill)
        return images

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[RandAugmentParams]]:
    """Offer RandAugment."""
    return [
        Augmentation(
            name="rand-augment",
            summary="A few random operations of one strength.",
            params=RandAugmentParams,
            build=build_rand_augment,
        )
    ]
