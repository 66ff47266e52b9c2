"""Temperature scaling."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.optimize import minimize_scalar

from sightkit.evaluation.calibration import fit_temperature, log_loss
from sightkit.evaluation.predict import softmax


def drawn(count, *, sharpness, seed=0, classes=5):
    """Return logits, ``sharpness`` times what the labels were drawn with."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(size=(count, classes))
    labels = np.array([generator.choice(classes, p=row) for row in softmax(logits.astype(np.float32))])
    return (sharpness * logits).astype(np.float32), labels


@pytest.mark.parametrize("sharpness", [0.3, 1.0, 4.0])
def test_a_model_that_is_too_sure_by_a_factor_gets_that_factor(sharpness):
    fitted = fit_temperature(*drawn(20_000, sharpness=sharpness))
    assert fitted.value == pytest.approx(sharpness, rel=0.05)
    assert fitted.log_loss_after <= fitted.log_loss_before
    assert fitted.problem is None


@given(st.integers(0, 10_000), st.integers(3, 60), st.floats(0.05, 20))
def test_no_other_temperature_has_a_lower_log_loss(seed, count, sharpness):
    logits, labels = drawn(count, sharpness=sharpness, seed=seed)
    fitted = fit_temperature(logits, labels)
    if fitted.problem:
        assert fitted.value == 1
        return
    best = minimize_scalar(lambda log: log_loss(logits, labels, temperature=np.exp(log)), bounds=(-9, 9))
    assert fitted.log_loss_after <= best.fun + 1e-9


def test_the_log_loss_is_that_of_the_probabilities():
    logits, labels = drawn(100, sharpness=2.0)
    shares = softmax(logits, temperature=1.7)[np.arange(100), labels]
    assert log_loss(logits, labels, temperature=1.7) == pytest.approx(-np.log(shares).mean(), rel=1e-12)


def test_where_every_image_is_right_no_certainty_is_too_high_and_nothing_changes():
    logits = np.eye(4, dtype=np.float32)
    fitted = fit_temperature(logits, np.arange(4))
    assert fitted.value == 1
    assert "every image is given its right class" in fitted.problem


def test_where_labels_have_nothing_to_do_with_the_logits_nothing_changes():
    logits = np.eye(4, dtype=np.float32)
    fitted = fit_temperature(logits, (np.arange(4) + 1) % 4)
    assert fitted.value == 1
    assert "no more than the others" in fitted.problem


@given(st.floats(0.01, 100))
def test_a_temperature_keeps_the_most_probable_class(temperature):
    logits, _ = drawn(50, sharpness=3.0)
    np.testing.assert_array_equal(softmax(logits, temperature=temperature).argmax(1), softmax(logits).argmax(1))
