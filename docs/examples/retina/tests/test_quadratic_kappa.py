"""What the quadratic kappa promises."""

import math

import numpy as np
import pytest
from sightkit_retina.quadratic_kappa import QuadraticKappaParams, build_quadratic_kappa
from sklearn.metrics import cohen_kappa_score

from sightkit import MetricTask

KAPPA = build_quadratic_kappa(QuadraticKappaParams(), MetricTask(classes=("a", "b", "c", "d")))
RANDOM = np.random.default_rng(0)
LABELS = RANDOM.integers(4, size=50)
PROBABILITIES = RANDOM.dirichlet(np.ones(4), size=50)


def test_it_is_what_scikit_learn_computes():
    expected = cohen_kappa_score(LABELS, PROBABILITIES.argmax(axis=1), weights="quadratic")
    assert KAPPA(LABELS, PROBABILITIES).value == pytest.approx(expected)


def test_a_resample_scores_what_its_images_would():
    counts = RANDOM.multinomial(50, np.full(50, 1 / 50), size=3)
    found = KAPPA.resampled(LABELS, PROBABILITIES, counts)
    for value, count in zip(found, counts, strict=True):
        rows = np.repeat(np.arange(50), count)
        assert value == pytest.approx(KAPPA(LABELS[rows], PROBABILITIES[rows]).value)


def test_it_is_not_defined_where_everything_is_of_one_grade():
    assert math.isnan(KAPPA(np.zeros(3, dtype=np.int64), np.eye(4)[[0, 0, 0]]).value)
