"""CrossEntropy: the negative log-likelihood of the right class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Loss, LossFunction, LossTask, Params, hookimpl
from sightkit_plugins.losses._smoothing import LabelSmoothing, smooth

if TYPE_CHECKING:
    import tensorflow as tf


class CrossEntropyParams(Params):
    """Parameters of ``[loss] use = "cross-entropy"``."""

    label_smoothing: LabelSmoothing = 0.0


def build_cross_entropy(params: CrossEntropyParams, task: LossTask) -> LossFunction:
    """Return the softmax cross-entropy, computed from logits so that none is too large."""

    def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        smoothed = smooth(labels, params.label_smoothing, num_classes=task.num_classes)
        return tf.nn.softmax_cross_entropy_with_logits(smoothed, logits)

    return cross_entropy


@hookimpl
def sightkit_losses() -> list[Loss[CrossEntropyParams]]:
    """Offer the cross-entropy."""
    return [
        Loss(
            name="cross-entropy",
            summary="Negative log-likelihood of the right class.",
            params=CrossEntropyParams,
            build=build_cross_entropy,
        )
    ]
