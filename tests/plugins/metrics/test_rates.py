"""Precision, recall, F1, F-beta, specificity and balanced accuracy."""

import math
import warnings

import numpy as np
import pytest
from hypothesis import given, settings
from pydantic import ValidationError
from sklearn.metrics import balanced_accuracy_score, fbeta_score, precision_recall_fscore_support, recall_score

from sightkit import wilson_interval
from splits import built, splits

AVERAGED = ("precision", "recall", "f1", "f-beta")
ABOUT = {"rel": 0, "abs": 1e-12}


def scikit_learns(actual, predicted, /, **options):
    """Precision, recall, F1 and F2, in the order of `AVERAGED`."""
    found = precision_recall_fscore_support(actual, predicted, zero_division=0, **options)[:3]
    f2 = fbeta_score(actual, predicted, beta=2.0, zero_division=0, **options)
    return dict(zip(AVERAGED, (*found, f2), strict=True))


@given(split=splits())
@settings(max_examples=200)
def test_averages_are_those_of_scikit_learn(split):
    labels, probabilities = split
    for average in ("macro", "micro", "weighted"):
        for name, expected in scikit_learns(labels, probabilities.argmax(axis=1), average=average).items():
            value = built(name, average=average)(labels, probabilities).value
            assert value == pytest.approx(expected, **ABOUT), (name, average)


@given(split=splits())
@settings(max_examples=200)
def test_values_per_class_are_those_of_scikit_learn_and_nan_for_classes_that_do_not_occur(split):
    labels, probabilities = split
    predicted, everyone = probabilities.argmax(axis=1), np.arange(probabilities.shape[1])
    absent = ~np.isin(everyone, [*labels, *predicted])
    for name, of_present in scikit_learns(labels, predicted, labels=everyone, average=None).items():
        expected = np.where(absent, math.nan, of_present)
        per_class = built(name)(labels, probabilities).per_class
        assert per_class == pytest.approx(expected, **ABOUT, nan_ok=True), name


@given(split=splits())
@settings(max_examples=200)
def test_specificity_is_scikit_learns_recall_of_the_images_that_are_not_of_a_class(split):
    labels, probabilities = split
    predicted = probabilities.argmax(axis=1)
    occurring = np.union1d(labels, predicted)
    expected = np.full(probabilities.shape[1], math.nan)
    for label in occurring:
        expected[label] = recall_score(labels != label, predicted != label, zero_division=0)
    score = built("specificity")(labels, probabilities)
    assert score.per_class == pytest.approx(expected, **ABOUT, nan_ok=True)
    assert score.value == pytest.approx(expected[occurring].mean(), **ABOUT)
    images = np.bincount(labels, minlength=len(expected))
    weighted = built("specificity", average="weighted")(labels, probabilities).value
    assert weighted == pytest.approx(np.average(expected[occurring], weights=images[occurring]), **ABOUT)


@given(split=splits())
@settings(max_examples=200)
def test_balanced_accuracy_is_scikit_learns_without_its_warning(split):
    labels, probabilities = split
    predicted = probabilities.argmax(axis=1)
    with warnings.catch_warnings(action="ignore"):
        expected = balanced_accuracy_score(labels, predicted)
    score = built("balanced-accuracy")(labels, probabilities)
    assert score.value == pytest.approx(expected, **ABOUT)
    assert [math.isnan(value) for value in score.per_class] == [
        label not in labels for label in range(probabilities.shape[1])
    ]


def test_a_class_that_was_only_predicted_counts_for_recall_and_not_for_balanced_accuracy():
    labels, probabilities = np.array([0, 0]), np.array([[0.9, 0.1], [0.1, 0.9]])
    assert built("recall")(labels, probabilities).value == 0.25
    assert built("balanced-accuracy")(labels, probabilities).value == 0.5


@pytest.mark.parametrize("name", AVERAGED)
def test_micro_is_accuracy_and_has_its_interval(name):
    labels, probabilities = np.array([0, 1, 1]), np.array([[0.9, 0.1], [0.9, 0.1], [0.1, 0.9]])
    score = built(name, average="micro")(labels, probabilities)
    assert score.value == pytest.approx(2 / 3)
    assert (score.interval, score.method) == (wilson_interval(2, 3), "wilson")
    assert not score.macro
    assert built(name)(labels, probabilities).interval is None
    assert built(name)(labels, probabilities).macro


def test_shares_of_images_have_wilsons_interval_and_f_beta_none_of_its_own():
    labels, probabilities = np.array([0, 1, 1, 1]), np.eye(3)[[0, 1, 0, 1]]
    unknown = pytest.approx((math.nan, math.nan), nan_ok=True)
    names = ("precision", "recall", "specificity", "f-beta")
    of = {name: built(name, classes=3)(labels, probabilities) for name in names}
    assert of["precision"].per_class_intervals == (wilson_interval(1, 2), wilson_interval(2, 2), unknown)
    assert of["recall"].per_class_intervals == (wilson_interval(1, 1), wilson_interval(2, 3), unknown)
    assert of["specificity"].per_class_intervals == (wilson_interval(2, 3), wilson_interval(1, 1), unknown)
    assert of["f-beta"].per_class_intervals is None
    assert (of["recall"].per_class_method, of["f-beta"].per_class_method) == ("wilson", None)


def test_the_interval_of_f1_is_that_of_the_share_that_it_follows_from():
    labels, probabilities = np.array([0, 1, 1, 1]), np.eye(2)[[0, 1, 0, 1]]  # of class 1: 2 of 3 either way
    score = built("f1")(labels, probabilities)
    low, high = wilson_interval(2, 3)
    assert score.per_class[1] == pytest.approx(2 * (2 / 3) / (1 + 2 / 3))
    assert score.per_class_intervals[1] == pytest.approx((2 * low / (1 + low), 2 * high / (1 + high)))
    assert score.per_class_method == "wilson"


def test_many_samples_are_counted_in_parts_without_a_difference(monkeypatch):
    from sightkit_plugins.metrics import _counts

    random = np.random.default_rng(0)
    labels, probabilities = random.integers(4, size=300), random.dirichlet(np.ones(4), 300)
    counts = random.integers(3, size=(20, 300))
    whole = built("f1", classes=4).resampled(labels, probabilities, counts)
    monkeypatch.setattr(_counts, "MEMBERS_AT_ONCE", 100)
    np.testing.assert_array_equal(built("f1", classes=4).resampled(labels, probabilities, counts), whole)


def test_f_beta_weighs_recall_more_the_larger_beta_is():
    labels, probabilities = np.array([1, 1, 1, 0]), np.eye(2)[[1, 0, 0, 0]]  # of class 1: precision 1, recall 1/3
    values = [built("f-beta", beta=beta)(labels, probabilities).per_class[1] for beta in (0.1, 1.0, 10.0)]
    assert values == sorted(values, reverse=True)
    assert values[0] == pytest.approx(1, abs=0.03)
    assert values[2] == pytest.approx(1 / 3, abs=0.01)


def test_what_is_no_average_is_refused():
    for name, average in (("f1", "mean"), ("specificity", "micro")):
        with pytest.raises(ValidationError):
            built(name, average=average)
