"""TrivialAugment: one operation an image, any of fourteen, at any strength."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Fill, Params, Pointwise, hookimpl, uniform
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._choices import draw_choices, operate

if TYPE_CHECKING:
    import tensorflow as tf

STRENGTHS = 31  # from none to the limit, in even steps

WIDE = {
    "identity": 0.0,
    "autocontrast": 0.0,
    "equalize": 0.0,
    "posterize": 6.0,  # bits dropped
    "solarize": 1.0,  # below white
    "brightness": 0.99,  # beside a factor of 1, as for the next three
    "contrast": 0.99,
    "saturation": 0.99,
    "sharpness": 0.99,
    "rotate": 135.0,  # degrees
    "shear-x": 0.99,  # slope
    "shear-y": 0.99,
    "translate-x": 32.0,  # pixels
    "translate-y": 32.0,
}
"""The largest value of each operation in the wide search space of the paper."""


class TrivialAugmentParams(Params):
    """Parameters of ``[[augmentations]] use = "trivial-augment"``."""

    fill: Fill = Field("constant", description="What comes in where an image is moved away; constant is black.")
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_trivial_augment(params: TrivialAugmentParams, _task: AugmentationTask) -> Pointwise:
    """Return the policy: every image draws an operation and its strength evenly, and there is nothing to tune.

    Source: Müller & Hutter, "TrivialAugment: Tuning-free Yet State-of-the-Art Data Augmentation", ICCV 2021, wide.
    """

    def apply(images: tf.Tensor, seeds: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        strengths = tf.floor(uniform(seeds, 0.0, STRENGTHS)) / (STRENGTHS - 1)
        choices, values = draw_choices(seeds, WIDE, strengths, stream=1)
        return operate(images, choices, values, names=tuple(WIDE), fill=params.fill)

    return sometimes(Pointwise(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[TrivialAugmentParams]]:
    """Offer TrivialAugment."""
    return [
        Augmentation(
            name="trivial-augment",
            summary="One random operation of any strength; nothing to tune.",
            params=TrivialAugmentParams,
            build=build_trivial_augment,
        )
    ]
