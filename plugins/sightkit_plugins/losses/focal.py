"""Focal: a cross-entropy that counts an image the less, the better it is classified already."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Loss, LossFunction, LossTask, Params, hookimpl
from sightkit_plugins.losses._smoothing import LabelSmoothing, smooth

if TYPE_CHECKING:
    import tensorflow as tf


class FocalParams(Params):
    """Parameters of ``[loss] use = "focal"``."""

    gamma: float = Field(
        2.0, ge=0, description="How much less a well classified image counts; 0 for the cross-entropy itself."
    )
    label_smoothing: LabelSmoothing = 0.0


def build_focal(params: FocalParams, task: LossTask) -> LossFunction:
    """Return the sum of ``-label * (1 - p) ** gamma * log(p)`` over classes, p being their softmax probabilities.

    Source: Lin et al., "Focal Loss for Dense Object Detection", ICCV 2017, there with a sigmoid for each class. The
    weights of classes that it calls alpha are ``class_weights`` in ``[training]``.
    """

    def focal(labels: tf.Tensor, logits: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        smoothed = smooth(labels, params.label_smoothing, num_classes=task.num_classes)
        log_p = tf.nn.log_softmax(logits)
        return -tf.reduce_sum(smoothed * tf.exp(params.gamma * log_of_rest(log_p)) * log_p, axis=-1)

    return focal


def log_of_rest(log_p: tf.Tensor) -> tf.Tensor:
    """Return ``log(1 - p)`` from ``log(p)``, both ``(batch, classes)``; finite, as its gradient, where p rounds to 1.

    Only the most likely class can have a p above a half. There ``1 - p`` would lose all its digits, and is made from
    the other classes' p instead.
    """
    import tensorflow as tf

    likeliest = tf.one_hot(
        tf.argmax(log_p, axis=-1), tf.shape(log_p)[-1], on_value=True, off_value=False, dtype=tf.bool
    )
    others = tf.reduce_logsumexp(tf.where(likeliest, log_p.dtype.min, log_p), axis=-1, keepdims=True)
    # Both branches of a `where` get a gradient: the one that is not taken must be finite too.
    return tf.where(likeliest, others, tf.math.log1p(-tf.exp(tf.where(likeliest, -1.0, log_p))))


@hookimpl
def sightkit_losses() -> list[Loss[FocalParams]]:
    """Offer the focal loss."""
    return [
        Loss(
            name="focal",
            summary="Cross-entropy that counts well classified images less; for rare and hard classes.",
            params=FocalParams,
            build=build_focal,
        )
    ]
