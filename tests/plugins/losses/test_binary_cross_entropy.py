"""The binary cross-entropy."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from sightkit import LossTask
from sightkit_plugins.losses.binary_cross_entropy import BinaryCrossEntropyParams, build_binary_cross_entropy

GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.normal(0, 3, (20, 5)).astype(np.float32)
LABELS = np.eye(5, dtype=np.float32)[np.arange(20) % 5]
SOFT = GENERATOR.dirichlet(np.ones(5), 20).astype(np.float32)


def losses_and_gradients(labels, logits, **params) -> tuple[np.ndarray, np.ndarray]:
    task = LossTask(num_classes=labels.shape[1])
    loss = build_binary_cross_entropy(BinaryCrossEntropyParams(**params), task)
    logits = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = loss(tf.constant(labels, tf.float32), logits)
    return losses.numpy(), tape.gradient(losses, logits).numpy()


@pytest.mark.parametrize("labels", [LABELS, SOFT], ids=["one-hot", "mixed"])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_it_is_the_sum_of_a_log_likelihood_for_each_class(labels, label_smoothing):
    smoothed = labels.astype(np.float64) * (1 - label_smoothing) + label_smoothing / 5
    p = 1 / (1 + np.exp(-LOGITS.astype(np.float64)))
    losses, gradients = losses_and_gradients(labels, LOGITS, label_smoothing=label_smoothing)
    assert losses.dtype == np.float32
    expected = -(smoothed * np.log(p) + (1 - smoothed) * np.log(1 - p)).sum(axis=1)
    np.testing.assert_allclose(losses, expected, rtol=1e-5)
    np.testing.assert_allclose(gradients, p - smoothed, rtol=1e-4, atol=1e-6)


def test_an_image_counts_the_same_however_many_classes_are_known_not_to_be_it():
    few, _ = losses_and_gradients(np.eye(3)[[0]], np.array([[1.0, -30, -30]]))
    many, _ = losses_and_gradients(np.eye(100)[[0]], np.array([[1.0, *[-30] * 99]]))
    assert few == pytest.approx(many)


def test_huge_logits_give_finite_losses_and_gradients():
    logits = 1e4 * np.array([[1, -1, -1], [-1, 1, -1], [1, 1, 1], [0, 0, 0]])
    losses, gradients = losses_and_gradients(np.eye(3)[[0, 0, 0, 0]], logits)
    np.testing.assert_allclose(losses, [0, 2e4, 2e4, 3 * np.log(2)], rtol=1e-6)
    np.testing.assert_allclose(gradients, [[0, 0, 0], [-1, 1, 0], [0, 1, 1], [-0.5, 0.5, 0.5]], atol=1e-6)
