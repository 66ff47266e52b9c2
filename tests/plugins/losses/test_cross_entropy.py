"""The cross-entropy."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import LossTask
from sightkit_plugins.losses.cross_entropy import CrossEntropyParams, build_cross_entropy

LABELS = tf.one_hot([0, 2], 4)
LOGITS = tf.constant([[2.0, 1.0, 0.0, -1.0], [0.5, 0.0, -0.5, 3.0]])


def losses(labels=LABELS, logits=LOGITS, **params) -> np.ndarray:
    return build_cross_entropy(CrossEntropyParams(**params), LossTask(num_classes=4))(labels, logits).numpy()


def negative_log_likelihoods() -> np.ndarray:
    powers = np.exp(LOGITS.numpy().astype(np.float64))
    return -np.log(powers / powers.sum(axis=1, keepdims=True))


def test_each_sample_costs_the_negative_log_likelihood_of_its_class():
    np.testing.assert_allclose(losses(), negative_log_likelihoods()[[0, 1], [0, 2]], rtol=1e-6)


def test_label_smoothing_spreads_a_fraction_over_all_classes():
    everything = negative_log_likelihoods()
    expected = 0.8 * everything[[0, 1], [0, 2]] + 0.2 * everything.mean(axis=1)
    np.testing.assert_allclose(losses(label_smoothing=0.2), expected, rtol=1e-6)


def test_labels_of_mixed_images_weigh_their_classes():
    mixed = tf.constant([[0.5, 0.0, 0.5, 0.0], [0.5, 0.0, 0.5, 0.0]])
    np.testing.assert_allclose(losses(mixed), negative_log_likelihoods()[:, [0, 2]].mean(axis=1), rtol=1e-6)


def test_huge_logits_stay_finite():
    assert losses(logits=LOGITS * 1e4).tolist() == [0.0, 35000.0]
