import math

import numpy as np
import pytest

from sightkit import Predictions, Score
from sightkit.evaluation.paired import (
    bootstrap_p_value,
    difference_interval,
    resampled_scores,
    resamples_for,
)


def squared_error(predictions):
    return ((predictions.probabilities[:, 1] - predictions.labels) ** 2).astype(np.float64)


class Brier:
    """The mean squared error of the second class, one resample at a time or many at once."""

    def __call__(self, labels, probabilities):
        return Score(value=float(np.mean((probabilities[:, 1] - labels) ** 2)), higher_is_better=False)

    def resampled(self, labels, probabilities, counts):
        return counts @ ((probabilities[:, 1] - labels) ** 2) / counts.sum(axis=1)


def brier_of_calls(labels, probabilities):
    return Brier()(labels, probabilities)


class WithClasses(Brier):
    """Gives the values of the classes behind that of the whole."""

    def resampled(self, labels, probabilities, counts):
        return np.column_stack([super().resampled(labels, probabilities, counts), *np.zeros((2, len(counts)))])


def refuses_ones(labels, probabilities):
    if labels[0]:
        raise ValueError("no such thing")
    return Score(value=0.5)


def two_models(random, *, images=200, better=0.0):
    """Return predictions of two models that are wrong about the same images more often than about others."""
    labels = random.integers(0, 2, images)
    shared = random.normal(size=images)
    sides = 2 * labels - 1
    models = []
    for lead in (0.0, better):
        logits = sides * (1 + lead) + shared + random.normal(size=images)
        probabilities = 1 / (1 + np.exp(-logits))
        ids = tuple(map(str, range(images)))
        models.append(
            Predictions(ids=ids, labels=labels, probabilities=np.column_stack([1 - probabilities, probabilities]))
        )
    return models


def differences_of(metric, first, second, *, resamples=400):
    one, other = (resampled_scores(metric, each, seed=0, resamples=resamples) for each in (first, second))
    return other - one


def test_both_models_are_scored_on_the_same_images():
    first, second = two_models(np.random.default_rng(0))
    together = differences_of(Brier(), first, second)
    apart = resampled_scores(Brier(), second, seed=1, resamples=400) - resampled_scores(
        Brier(), first, seed=0, resamples=400
    )
    assert together.std() < 0.8 * apart.std()
    expected = (squared_error(second) - squared_error(first)).std() / math.sqrt(200)
    assert together.std() == pytest.approx(expected, rel=0.1)


def test_a_metric_that_is_called_gives_the_same():
    first, second = two_models(np.random.default_rng(0))
    called = differences_of(brier_of_calls, first, second, resamples=50)
    np.testing.assert_allclose(called, differences_of(Brier(), first, second, resamples=50), rtol=0, atol=1e-12)


def test_values_of_classes_are_left_alone():
    first, second = two_models(np.random.default_rng(0))
    np.testing.assert_array_equal(differences_of(WithClasses(), first, second), differences_of(Brier(), first, second))


def test_a_model_does_not_differ_from_itself():
    (model, _) = two_models(np.random.default_rng(0))
    differences = differences_of(Brier(), model, model)
    assert bootstrap_p_value(differences) == 1
    assert difference_interval(differences) == (0, 0)


def test_resamples_without_a_value_are_left_out_and_too_many_of_them_leave_nothing():
    some = np.array([math.nan, 1.0, 2.0, 3.0])
    assert bootstrap_p_value(some) == pytest.approx(0.5)
    assert difference_interval(some) == pytest.approx((1.05, 2.95))
    for nothing in (np.array([math.nan, math.nan, 1.0]), np.array([])):
        assert math.isnan(bootstrap_p_value(nothing))
        assert all(map(math.isnan, difference_interval(nothing)))


def test_a_metric_may_refuse_a_resample():
    first, _ = two_models(np.random.default_rng(0))
    values = resampled_scores(refuses_ones, first, seed=0, resamples=50)
    assert 0 < np.isnan(values).sum() < 50


def test_resamples_are_enough_for_holms_correction():
    for pairs in (1, 10, 45):
        for metric, least in ((Brier(), 0.01), (brier_of_calls, 0.02)):
            resamples = resamples_for(metric, pairs=pairs)
            assert pairs * bootstrap_p_value(np.ones(resamples)) < least


def test_the_p_value_and_the_interval_agree():
    random = np.random.default_rng(0)
    for _ in range(20):
        differences = differences_of(Brier(), *two_models(random, better=0.15), resamples=1000)
        low, high = difference_interval(differences)
        p_value = bootstrap_p_value(differences)
        if abs(p_value - 0.05) > 0.005:
            assert (p_value < 0.05) == (not low <= 0 <= high)


def test_equally_good_models_are_told_apart_in_one_of_twenty_samples():
    random = np.random.default_rng(0)
    found = [bootstrap_p_value(differences_of(Brier(), *two_models(random))) < 0.05 for _ in range(400)]
    assert 0.03 < np.mean(found) < 0.08


def test_a_better_model_is_found():
    random = np.random.default_rng(0)
    differences = [differences_of(Brier(), *two_models(random, better=0.5)) for _ in range(20)]
    assert np.mean([bootstrap_p_value(each) < 0.05 for each in differences]) > 0.95
    assert all(each.mean() < 0 for each in differences)
