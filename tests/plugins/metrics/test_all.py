"""What every built-in metric keeps to."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import Metric, Predictions
from sightkit.evaluation.scores import score_all
from splits import CATALOGUE, built, splits

NAMES = [each.component.name for each in CATALOGUE.all(Metric)]
EACH = pytest.mark.parametrize("name", NAMES)
RESAMPLED = [name for name in NAMES if hasattr(built(name), "resampled")]


def everything_of(score):
    ends = [end for interval in (score.interval, *(score.per_class_intervals or ())) if interval for end in interval]
    return [score.value, *(score.per_class or ()), *ends]


@EACH
@given(split=splits())
@settings(max_examples=30)
def test_a_score_keeps_the_contract_whatever_the_split_and_no_library_warns(name, split):
    labels, probabilities = split
    predictions = Predictions(ids=tuple(map(str, labels)), labels=labels, probabilities=probabilities)
    (score,) = score_all({name: built(name, classes=probabilities.shape[1])}, predictions, seed=0).values()
    low, high = score.interval
    assert math.isnan(low) or low <= high
    assert score.method in {"wilson", "bootstrap", "delong", "jackknife", None}
    if not math.isnan(low) and score.method != "bootstrap":
        assert low - 1e-12 <= score.value <= high + 1e-12


@EACH
@given(split=splits(), random=st.randoms(use_true_random=False))
@settings(max_examples=30)
def test_the_order_of_images_does_not_matter(name, split, random):
    labels, probabilities = split
    order = list(range(len(labels)))
    random.shuffle(order)
    score, shuffled = built(name)(labels, probabilities), built(name)(labels[order], probabilities[order])
    assert everything_of(shuffled) == pytest.approx(everything_of(score), rel=1e-9, abs=1e-12, nan_ok=True)


@EACH
def test_without_images_nothing_is_defined(name):
    score = built(name, classes=3)(np.zeros(0, dtype=np.int64), np.zeros((0, 3)))
    assert math.isnan(score.value)
    assert all(map(math.isnan, score.per_class or ()))


@pytest.mark.parametrize("name", RESAMPLED)
@given(split=splits(), seed=st.integers(0, 99))
@settings(max_examples=50)
def test_scores_of_resamples_are_those_of_resampled_arrays(name, split, seed):
    labels, probabilities = split
    counts = np.random.default_rng(seed).integers(3, size=(5, len(labels)))
    counts[:, 0] += 1  # some image is in each resample, of whatever size
    metric = built(name)
    scores = [metric(np.repeat(labels, row), np.repeat(probabilities, row, axis=0)) for row in counts]
    values = [[score.value, *(score.per_class or ())] for score in scores]
    resampled = metric.resampled(labels, probabilities, counts).reshape(len(counts), -1)
    np.testing.assert_allclose(resampled, values, rtol=0, atol=1e-12)


def test_only_those_with_intervals_of_their_own_are_not_resampled():
    assert set(NAMES) - set(RESAMPLED) == {"accuracy", "average-precision", "calibration-error", "roc-auc", "top-k"}


def test_a_perfect_model_gets_the_best_of_every_score():
    labels = np.arange(60) % 3
    for name in NAMES:
        score = built(name, classes=3)(labels, np.eye(3)[labels])
        assert score.value == pytest.approx(1 if score.higher_is_better else 0, abs=1e-12), name
