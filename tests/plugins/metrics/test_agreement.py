"""Cohen's kappa and Matthews' correlation."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import cohen_kappa_score, matthews_corrcoef

from splits import built, splits


@pytest.mark.parametrize(("name", "reference"), [("cohen-kappa", cohen_kappa_score), ("matthews", matthews_corrcoef)])
@given(split=splits())
@settings(max_examples=200)
def test_agreement_is_that_of_scikit_learn_without_its_warnings(name, reference, split):
    labels, probabilities = split
    with warnings.catch_warnings(action="ignore"), np.errstate(all="ignore"):
        expected = reference(labels, probabilities.argmax(axis=1))
    score = built(name)(labels, probabilities)
    assert score.value == pytest.approx(expected, rel=0, abs=1e-12, nan_ok=True)
    assert score.per_class is None


def test_with_one_class_alone_kappa_is_not_defined_and_matthews_is_0():
    labels, probabilities = np.array([0, 0, 0]), np.eye(2)[[0, 0, 0]]
    assert math.isnan(built("cohen-kappa")(labels, probabilities).value)
    assert built("matthews")(labels, probabilities).value == 0


def test_perfect_predictions_agree_fully():
    labels, probabilities = np.array([0, 1, 2]), np.eye(3)
    assert built("cohen-kappa")(labels, probabilities).value == 1
    assert built("matthews")(labels, probabilities).value == pytest.approx(1)
