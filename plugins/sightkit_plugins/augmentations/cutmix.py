"""CutMix: paste a rectangle of another image of the batch, and mix the labels by its area."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Augmentation, AugmentationTask, Mixing, Params, hookimpl, uniform
from sightkit_plugins.augmentations._boxes import inside
from sightkit_plugins.augmentations._chances import sometimes
from sightkit_plugins.augmentations._shares import partners, shares

if TYPE_CHECKING:
    import tensorflow as tf


class CutmixParams(Params):
    """Parameters of ``[[augmentations]] use = "cutmix"``."""

    alpha: float = Field(
        1.0, ge=0.01, le=100, description="The share that stays is drawn from Beta(alpha, alpha): 1 for any share."
    )
    probability: float = Field(1.0, ge=0, le=1, description="How likely it is for an image, from 0 to 1.")


def build_cutmix(params: CutmixParams, task: AugmentationTask) -> Mixing:
    """Return images with a rectangle of another one, which has the image's aspect ratio and is cut at the edges.

    The label's share is that of the pixels that are seen. Source: Yun et al., "CutMix: Regularization Strategy to
    Train Strong Classifiers with Localizable Features", ICCV 2019.
    """
    height, width, _ = task.image_shape

    def apply(images: tf.Tensor, labels: tf.Tensor, seeds: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        import tensorflow as tf

        others, side = partners(seeds), tf.sqrt(1.0 - shares(seeds, params.alpha))
        top, bottom = edges(seeds, side * height, height, stream=0)
        left, right = edges(seeds, side * width, width, stream=1)
        pasted = inside(top, bottom, left, right, height=height, width=width)
        area = tf.cast((bottom - top) * (right - left), tf.float64) / (height * width)
        share = tf.cast(area, tf.float32)[:, None]
        mixed = labels * (1.0 - share) + tf.gather(labels, others) * share
        return tf.where(pasted, tf.gather(images, others), images), mixed

    return sometimes(Mixing(apply), params.probability)


def edges(seeds: tf.Tensor, length: tf.Tensor, room: int, *, stream: int) -> tuple[tf.Tensor, tf.Tensor]:
    """Return the first pixel and the one after the last, about a centre drawn evenly."""
    import tensorflow as tf

    start = tf.round(uniform(seeds, 0.0, float(room), stream=stream) - length / 2.0)
    return tf.maximum(start, 0.0), tf.minimum(start + tf.round(length), float(room))


@hookimpl
def sightkit_augmentations() -> list[Augmentation[CutmixParams]]:
    """Offer CutMix."""
    return [
        Augmentation(
            name="cutmix",
            summary="A rectangle of another image pasted, labels mixed by area.",
            params=CutmixParams,
            build=build_cutmix,
        )
    ]
