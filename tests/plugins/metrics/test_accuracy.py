import math

import numpy as np
import pytest
from sklearn.metrics import accuracy_score

from sightkit import MetricTask, Score, wilson_interval
from sightkit_plugins.metrics.accuracy import AccuracyParams, build_accuracy

ACCURACY = build_accuracy(AccuracyParams(), MetricTask(classes=("a", "b", "c")))


def test_accuracy_is_that_of_scikit_learn_with_wilsons_interval():
    random = np.random.default_rng(0)
    labels = random.integers(3, size=500)
    probabilities = random.dirichlet(np.ones(3), 500)
    score = ACCURACY(labels, probabilities)
    expected = accuracy_score(labels, probabilities.argmax(axis=1))
    assert score.value == pytest.approx(expected, abs=1e-12)
    assert score.interval == wilson_interval(round(500 * expected), 500)
    assert score.per_class is None
    assert score.higher_is_better


def test_of_classes_that_are_equally_probable_the_first_counts():
    assert ACCURACY(np.array([1, 2]), np.array([[0.2, 0.4, 0.4], [0.2, 0.4, 0.4]])).value == 0.5


def test_accuracy_of_a_single_image():
    assert ACCURACY(np.array([0]), np.array([[1.0, 0, 0]])) == Score(
        value=1.0, interval=wilson_interval(1, 1), method="wilson"
    )


def test_without_images_accuracy_is_not_defined():
    score = ACCURACY(np.zeros(0, dtype=np.int64), np.zeros((0, 3)))
    assert math.isnan(score.value)
    assert score.interval == (0.0, 1.0)
