"""CrossEntropy: the negative log-likelihood of the right class."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Loss, LossFunction, LossTask, Params, hookimpl

if TYPE_CHECKING:
    import tensorflow as tf


class CrossEntropyParams(Params):
    """Parameters of ``[loss] use = "cross-entropy"``."""

    label_smoothing: float = Field(
        0.0, ge=0, lt=1, description="Fraction of each label that is spread evenly over all classes."
    )


def build_cross_entropy(params: CrossEntropyParams, task: LossTask) -> LossFunction:
    """Return the softmax cross-entropy, computed from logits so that none is too large.

    Source of label smoothing: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016.
    """
    kept, spread = 1.0 - params.label_smoothing, params.label_smoothing / task.num_classes

    def cross_entropy(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        smoothed = labels * kept + spread if spread else labels
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
