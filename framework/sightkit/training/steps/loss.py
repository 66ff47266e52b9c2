"""A loss: one number a sample, or what broke its contract, and their mean over a whole split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import PluginError

if TYPE_CHECKING:
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction


def per_sample(loss: LossFunction, labels: tf.Tensor, logits: tf.Tensor, *, whose: str = "the loss") -> tf.Tensor:
    """Return the losses float32 ``(batch,)``, of which ``whose`` says in messages what they are of.

    Raises:
        PluginError: the loss gave something else, such as their mean.
    """
    import tensorflow as tf

    losses = loss(labels, logits)
    if getattr(losses, "dtype", None) != tf.float32 or losses.shape.rank != 1:
        message = f"{whose} returned {losses!r}; expected float32 of shape (batch,), one loss a sample, no mean"
        raise PluginError(message)
    message = f"{whose} returned losses of another shape than (batch,); expected one loss a sample"
    with tf.control_dependencies([tf.debugging.assert_equal(tf.shape(losses), tf.shape(labels)[:1], message)]):
        return tf.identity(losses)


def mean_loss(loss: LossFunction, labels: NDArray[np.int64], logits: NDArray[np.float32], *, num_classes: int) -> float:
    """Return the mean loss.

    Args:
        loss: One loss a sample, from one-hot labels and logits.
        labels: int64 ``(n,)``.
        logits: float32 ``(n, classes)``.
        num_classes: The width of one-hot labels.
    """
    import tensorflow as tf

    one_hot = tf.one_hot(labels, num_classes, dtype=tf.float32)
    losses = np.asarray(loss(one_hot, tf.convert_to_tensor(logits)), dtype=np.float64)
    return float(losses.mean())
