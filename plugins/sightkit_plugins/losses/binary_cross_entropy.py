"""BinaryCrossEntropy: for each class the question whether it is the one, yes or no."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Loss, LossFunction, LossTask, Params, hookimpl
from sightkit_plugins.losses._smoothing import LabelSmoothing, smooth

if TYPE_CHECKING:
    import tensorflow as tf


class BinaryCrossEntropyParams(Params):
    """Parameters of ``[loss] use = "binary-cross-entropy"``."""

    label_smoothing: LabelSmoothing = 0.0


def build_binary_cross_entropy(params: BinaryCrossEntropyParams, task: LossTask) -> LossFunction:
    """Return the sum over classes of each one's sigmoid cross-entropy, computed from logits.

    Source: Wightman, Touvron & Jégou, "ResNet strikes back: An improved training procedure in timm", 2021. Their
    implementation takes the mean over classes. The sum is the negative log-likelihood of all answers, in the units of
    the cross-entropy; with a mean, SGD's steps would shrink with the number of classes. To optimizers that scale their
    updates, as Adam and theirs, LAMB, it is the same.

    Predictions remain the softmax of the logits: the most likely class is the same.
    """

    def binary_cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        smoothed = smooth(labels, params.label_smoothing, num_classes=task.num_classes)
        return tf.reduce_sum(tf.nn.sigmoid_cross_entropy_with_logits(smoothed, logits), axis=-1)

    return binary_cross_entropy


@hookimpl
def sightkit_losses() -> list[Loss[BinaryCrossEntropyParams]]:
    """Offer the binary cross-entropy."""
    return [
        Loss(
            name="binary-cross-entropy",
            summary="One yes-or-no question a class, on sigmoids.",
            params=BinaryCrossEntropyParams,
            build=build_binary_cross_entropy,
        )
    ]
