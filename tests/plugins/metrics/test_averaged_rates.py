import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError
from sklearn.metrics import f1_score, precision_score, recall_score

from sightkit import MetricTask, wilson_interval
from sightkit_plugins.metrics.f1 import F1Params, build_f1
from sightkit_plugins.metrics.precision import PrecisionParams, build_precision
from sightkit_plugins.metrics.recall import RecallParams, build_recall

TASK = MetricTask(classes=("a", "b"))
METRICS = {
    "precision": (build_precision, PrecisionParams, precision_score),
    "recall": (build_recall, RecallParams, recall_score),
    "f1": (build_f1, F1Params, f1_score),
}
EACH_METRIC = pytest.mark.parametrize("name", list(METRICS))
EACH_AVERAGE = pytest.mark.parametrize("average", ["macro", "micro", "weighted"])


def built(name, average):
    build, params, _reference = METRICS[name]
    return build(params(average=average), TASK)


@st.composite
def splits(draw):
    """Labels and probabilities with ties, absent classes and single samples among them."""
    classes = draw(st.integers(2, 6))
    labels = draw(st.lists(st.integers(0, classes - 1), min_size=1, max_size=40))
    weights = draw(
        st.lists(st.lists(st.integers(1, 4), min_size=classes, max_size=classes), min_size=len(labels), max_size=40)
    )[: len(labels)]
    probabilities = np.array(weights, dtype=np.float64)
    return np.array(labels), probabilities / probabilities.sum(axis=1, keepdims=True)


@EACH_METRIC
@EACH_AVERAGE
@given(split=splits())
@settings(max_examples=60, deadline=None)
def test_averages_are_those_of_scikit_learn(name, average, split):
    labels, probabilities = split
    expected = METRICS[name][2](labels, probabilities.argmax(axis=1), average=average, zero_division=0)
    assert built(name, average)(labels, probabilities).value == pytest.approx(expected, abs=1e-12)


@EACH_METRIC
@given(split=splits())
@settings(max_examples=60, deadline=None)
def test_values_per_class_are_those_of_scikit_learn_and_nan_for_classes_that_do_not_occur(name, split):
    labels, probabilities = split
    predicted = probabilities.argmax(axis=1)
    everyone = np.arange(probabilities.shape[1])
    expected = METRICS[name][2](labels, predicted, average=None, labels=everyone, zero_division=0)
    expected[~np.isin(everyone, [labels, predicted])] = math.nan
    assert built(name, "macro")(labels, probabilities).per_class == pytest.approx(expected, abs=1e-12, nan_ok=True)


@EACH_METRIC
@EACH_AVERAGE
@given(split=splits(), seed=st.integers(0, 99))
@settings(max_examples=30, deadline=None)
def test_scores_of_resamples_are_those_of_resampled_arrays(name, average, split, seed):
    labels, probabilities = split
    counts = np.random.default_rng(seed).multinomial(len(labels), np.ones(len(labels)) / len(labels), size=5)
    metric = built(name, average)
    one_by_one = [metric(np.repeat(labels, row), np.repeat(probabilities, row, axis=0)).value for row in counts]
    np.testing.assert_allclose(metric.resampled(labels, probabilities, counts), one_by_one, rtol=0, atol=1e-12)


@EACH_METRIC
@EACH_AVERAGE
def test_many_samples_are_counted_in_parts_without_a_difference(name, average, monkeypatch):
    from sightkit_plugins.metrics import _rates

    random = np.random.default_rng(0)
    labels, probabilities = random.integers(4, size=300), random.dirichlet(np.ones(4), 300)
    counts = random.integers(3, size=(20, 300))
    whole = built(name, average).resampled(labels, probabilities, counts)
    monkeypatch.setattr(_rates, "MEMBERS_AT_ONCE", 100)
    np.testing.assert_array_equal(built(name, average).resampled(labels, probabilities, counts), whole)


@EACH_METRIC
def test_micro_is_accuracy_and_has_its_interval(name):
    score = built(name, "micro")(np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]]))
    assert score.value == pytest.approx(2 / 3)
    assert score.interval == wilson_interval(2, 3)
    assert built(name, "macro")(np.array([0]), np.array([[0.9, 0.1]])).interval is None


@EACH_METRIC
@EACH_AVERAGE
def test_without_images_nothing_is_defined(name, average):
    score = built(name, average)(np.zeros(0, dtype=np.int64), np.zeros((0, 2)))
    assert all(map(math.isnan, (score.value, *score.per_class)))


def test_average_is_macro_by_default_and_refuses_what_it_does_not_know():
    assert F1Params().average == "macro"
    with pytest.raises(ValidationError):
        F1Params(average="mean")
