"""Log loss and the Brier score."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import brier_score_loss, log_loss

from splits import built, splits


@given(split=splits())
@settings(max_examples=200)
def test_log_loss_is_that_of_scikit_learn(split):
    labels, probabilities = split
    expected = log_loss(labels, probabilities, labels=np.arange(probabilities.shape[1]))
    assert built("log-loss")(labels, probabilities).value == pytest.approx(expected, rel=0, abs=1e-12)


@given(split=splits())
@settings(max_examples=200)
def test_brier_is_that_of_scikit_learn_over_all_classes(split):
    labels, probabilities = split
    everyone = np.arange(probabilities.shape[1])
    if len(everyone) == 2:  # scikit-learn wants the probability of one of them
        expected = brier_score_loss(labels == 1, probabilities[:, 1], scale_by_half=False, pos_label=True)
    else:
        expected = brier_score_loss(labels, probabilities, labels=everyone, scale_by_half=False)
    assert built("brier")(labels, probabilities).value == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize("name", ["log-loss", "brier"])
def test_less_is_better(name):
    good, bad = np.array([[0.9, 0.1]]), np.array([[0.1, 0.9]])
    score = built(name)(np.array([0]), good)
    assert not score.higher_is_better
    assert score.value < built(name)(np.array([0]), bad).value


def test_an_image_whose_class_was_thought_impossible_counts_much_but_not_infinitely_much():
    assert built("log-loss")(np.array([0]), np.array([[0.0, 1.0]])).value == pytest.approx(36.04, abs=0.01)
    assert built("brier")(np.array([0]), np.array([[0.0, 1.0]])).value == 2
    assert not math.isinf(built("log-loss")(np.array([0]), np.array([[1.0, 0.0]])).value)


def test_a_log_loss_of_nothing_is_a_little_more_than_0_and_so_never_written_as_minus_0():
    assert built("log-loss")(np.array([0]), np.array([[1.0, 0.0]])).value == np.finfo(np.float64).eps
