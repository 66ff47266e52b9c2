"""The mean of a loss over a whole split."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction


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
