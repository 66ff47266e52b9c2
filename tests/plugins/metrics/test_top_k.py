import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from sklearn.metrics import top_k_accuracy_score

from sightkit import wilson_interval
from splits import built, splits


@given(split=splits())
@settings(max_examples=200)
def test_top_k_is_that_of_scikit_learn_which_prefers_the_last_of_equal_classes(split):
    labels, probabilities = split
    last = probabilities.shape[1] - 1
    for k in range(1, last + 2):
        with warnings.catch_warnings(action="ignore"):  # it warns where k is not less than the number of classes
            if last == 1:  # and wants scores of one class only, without ties
                ours = probabilities[np.arange(len(labels)), labels]
                expected = np.mean((ours > 0.5) | ((ours == 0.5) & (labels == 0)) | (k == 2))
            else:
                # Ours are the first of equal classes, as in accuracy: scikit-learn's with the classes reversed.
                reverse = probabilities[:, ::-1]
                expected = top_k_accuracy_score(last - labels, reverse, k=k, labels=np.arange(last + 1))
        score = built("top-k", k=k)(labels, probabilities)
        assert score.value == pytest.approx(expected, rel=0, abs=1e-12)
        assert score.interval == wilson_interval(round(score.value * len(labels)), len(labels))
        assert score.method == "wilson"


@given(split=splits())
def test_top_1_is_accuracy_and_all_classes_hold_the_right_one(split):
    assert built("top-k", k=1)(*split) == built("accuracy")(*split)
    assert built("top-k", k=6)(*split).value == 1
