"""The focal loss."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from sightkit import LossTask
from sightkit_plugins.losses.focal import FocalParams, build_focal

GENERATOR = np.random.default_rng(0)
LOGITS = GENERATOR.normal(0, 3, (20, 5)).astype(np.float32)
LABELS = np.eye(5, dtype=np.float32)[np.arange(20) % 5]
SOFT = GENERATOR.dirichlet(np.ones(5), 20).astype(np.float32)


def losses_and_gradients(labels, logits, **params) -> tuple[np.ndarray, np.ndarray]:
    loss = build_focal(FocalParams(**params), LossTask(num_classes=labels.shape[1]))
    logits = tf.constant(logits, tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        losses = loss(tf.constant(labels, tf.float32), logits)
    return losses.numpy(), tape.gradient(losses, logits).numpy()


def expected(labels, logits, *, gamma: float, label_smoothing: float = 0.0) -> np.ndarray:
    """The formula as it is written, in float64."""
    powers = np.exp(np.asarray(logits, np.float64))
    p = powers / powers.sum(axis=1, keepdims=True)
    smoothed = np.asarray(labels, np.float64) * (1 - label_smoothing) + label_smoothing / p.shape[1]
    return -(smoothed * (1 - p) ** gamma * np.log(p)).sum(axis=1)


def slopes(labels, logits, **params) -> np.ndarray:
    """The gradient of `expected` by central differences."""
    logits = np.asarray(logits, np.float64)
    result = np.zeros_like(logits)
    for column in range(logits.shape[1]):
        step = 1e-6 * np.eye(logits.shape[1])[column]
        result[:, column] = (
            expected(labels, logits + step, **params) - expected(labels, logits - step, **params)
        ) / 2e-6
    return result


@pytest.mark.parametrize("labels", [LABELS, SOFT], ids=["one-hot", "mixed"])
@pytest.mark.parametrize("gamma", [0.0, 0.5, 1.0, 2.0, 5.0])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
def test_losses_and_gradients_are_those_of_the_formula(labels, gamma, label_smoothing):
    params = {"gamma": gamma, "label_smoothing": label_smoothing}
    losses, gradients = losses_and_gradients(labels, LOGITS, **params)
    assert losses.dtype == np.float32
    np.testing.assert_allclose(losses, expected(labels, LOGITS, **params), rtol=2e-5, atol=1e-7)
    np.testing.assert_allclose(gradients, slopes(labels, LOGITS, **params), rtol=1e-3, atol=1e-6)


def test_with_a_gamma_of_nothing_it_is_the_cross_entropy():
    losses, _ = losses_and_gradients(SOFT, LOGITS, gamma=0.0)
    np.testing.assert_allclose(losses, tf.nn.softmax_cross_entropy_with_logits(SOFT, LOGITS).numpy(), rtol=1e-5)


def test_by_default_an_image_that_is_nearly_right_counts_a_hundred_times_less():
    # Lin et al., section 3.2: at p = 0.9 and gamma = 2.
    logits = np.log([[0.9, 0.1]])
    (loss,), _ = losses_and_gradients(np.array([[1.0, 0.0]]), logits)
    assert loss == pytest.approx(-np.log(0.9) / 100, rel=1e-5)


def test_two_classes_that_are_equally_likely_are_no_special_case():
    losses, gradients = losses_and_gradients(np.eye(3)[[0, 1]], np.zeros((2, 3)), gamma=2.0)
    np.testing.assert_allclose(losses, expected(np.eye(3)[[0, 1]], np.zeros((2, 3)), gamma=2.0), rtol=1e-6)
    np.testing.assert_allclose(gradients, slopes(np.eye(3)[[0, 1]], np.zeros((2, 3)), gamma=2.0), rtol=1e-4)


@pytest.mark.parametrize("gamma", [0.0, 0.3, 1.0, 2.0])
@pytest.mark.parametrize("label_smoothing", [0.0, 0.1])
@pytest.mark.parametrize("size", [20.0, 100.0, 1e4])
def test_huge_logits_give_finite_losses_and_gradients(gamma, label_smoothing, size):
    logits = size * np.array([[1, -1, -1], [-1, 1, -1], [1, 1, -1], [-1, -1, -1], [1, 0, -1]])
    labels = np.eye(3)[[0, 0, 0, 0, 2]]
    losses, gradients = losses_and_gradients(labels, logits, gamma=gamma, label_smoothing=label_smoothing)
    assert np.isfinite(losses).all()
    assert np.isfinite(gradients).all()
    if not label_smoothing:
        assert losses[1] == pytest.approx(2 * size, rel=1e-6)  # as wrong as can be
        np.testing.assert_allclose(gradients[1], [-1, 1, 0], atol=1e-4)


@given(st.lists(st.floats(-1e4, 1e4, width=32), min_size=2, max_size=6), st.floats(0, 10), st.data())
def test_no_logits_make_it_negative_or_infinite(logits, gamma, data):
    label = data.draw(st.integers(0, len(logits) - 1))
    losses, gradients = losses_and_gradients(np.eye(len(logits))[[label]], [logits], gamma=gamma)
    assert losses.shape == (1,)
    assert 0 <= losses[0] < np.inf
    assert np.isfinite(gradients).all()


def test_a_negative_gamma_is_refused():
    with pytest.raises(ValidationError):
        FocalParams(gamma=-1.0)
