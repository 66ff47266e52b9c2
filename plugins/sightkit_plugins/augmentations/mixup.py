"""MixUp: blend images of a batch in pairs, and their labels with them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Mixing, Params, hookimpl
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._shares import partners, shares

if TYPE_CHECKING:
    import tensorflow as tf


class MixupParams(Params):
    """Parameters of ``[[augmentations]] use = "mixup"``."""

    alpha: float = Field(
        0.2,
        ge=0.01,
        le=100,
        description="Shares are drawn from Beta(alpha, alpha): small for nearly one image, 1 for any share.",
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_mixup(params: MixupParams, _task: AugmentationTask) -> Mixing:
    """Return a blend of each image with another one; every image draws a share of its own.

    Source: Zhang et al., "mixup: Beyond Empirical Risk Minimization", ICLR 2018, with 0.2 for ImageNet, 1 for CIFAR.
    """

    def apply(images: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        others, own = partners(seeds), shares(seeds, params.alpha)
        mixed = []
        for values, share in ((images, own[:, None, None, None]), (labels, own[:, None])):
            mixed.append(values * share + tf.gather(values, others) * (1.0 - share))
        return tf.clip_by_value(mixed[0], 0.0, 1.0), mixed[1]

    return sometimes(Mixing(apply), params.probability)


@hookimpl
def sightkit_augmentations() -> list[Augmentation[MixupParams]]:
    """Offer MixUp."""
    return [
        Augmentation(
            name="mixup",
            summary="Pairs of images blended, and their labels.",
            params=MixupParams,
            build=build_mixup,
        )
    ]
