import math

import numpy as np
import pytest
from hypothesis import given, settings

from sightkit import Predictions
from sightkit.evaluation.scores import score_all
from splits import built, splits


def by_hand(labels, probabilities, *, bins):
    """The definition of Guo et al. (2017), equation 3."""
    total = 0.0
    for index in range(bins):
        low, high = np.linspace(0, 1, bins + 1)[index : index + 2]
        confidence = probabilities.max(axis=1)
        inside = (low < confidence) & (confidence <= high)
        if inside.any():
            right = probabilities[inside].argmax(axis=1) == labels[inside]
            total += inside.mean() * abs(right.mean() - confidence[inside].mean())
    return total


@given(split=splits())
@settings(max_examples=200)
def test_the_error_is_that_of_its_definition(split):
    labels, probabilities = split
    for bins in (1, 5, 15):
        value = built("calibration-error", bins=bins)(labels, probabilities).value
        assert value == pytest.approx(by_hand(labels, probabilities, bins=bins), rel=0, abs=1e-12)


def test_confidence_that_comes_true_has_no_error_and_certainty_that_does_not_has_all():
    labels = np.array([0, 0, 0, 1])
    assert built("calibration-error")(labels, np.array([[0.75, 0.25]] * 4)).value == pytest.approx(0)
    assert built("calibration-error")(np.array([1, 1]), np.array([[1.0, 0.0]] * 2)).value == 1


def test_it_has_no_interval():
    predictions = Predictions(ids=("a", "b"), labels=np.array([0, 1]), probabilities=np.array([[0.8, 0.2], [0.7, 0.3]]))
    (score,) = score_all({"calibration-error": built("calibration-error")}, predictions, seed=0).values()
    assert all(map(math.isnan, score.interval))
    assert not score.higher_is_better
