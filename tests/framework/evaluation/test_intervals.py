import math
from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binomtest

from sightkit import Predictions, Score, wilson_interval
from sightkit.errors import PluginError
from sightkit.evaluation.intervals import bias_corrected_interval, bootstrap, drawn_counts


def predictions_of(labels, *, classes=2, seed=0):
    labels = np.asarray(labels, dtype=np.int64)
    probabilities = np.random.default_rng(seed).dirichlet(np.ones(classes), len(labels))
    return Predictions(ids=tuple(map(str, range(len(labels)))), labels=labels, probabilities=probabilities)


def bootstrapped(metric, predictions, **options):
    score = metric(predictions.labels, predictions.probabilities)
    return bootstrap(metric, predictions, score=score, **options)


def interval_of(metric, predictions, **options):
    return bootstrapped(metric, predictions, **options).interval


def share_of_ones(labels, _probabilities):
    return Score(value=float(np.mean(labels == 1)))


@dataclass
class ShareOfOnes:
    """The same with `resampled`, noting how many resamples it was asked for."""

    asked: int = 0

    def __call__(self, labels, probabilities):
        return share_of_ones(labels, probabilities)

    def resampled(self, labels, _probabilities, counts):
        self.asked += len(counts)
        return counts @ (labels == 1) / counts.sum(axis=1)


@given(st.integers(1, 10**7), st.data())
def test_wilson_interval_is_that_of_scipy(trials, data):
    successes = data.draw(st.integers(0, trials))
    expected = binomtest(successes, trials).proportion_ci(method="wilson")
    assert wilson_interval(successes, trials) == pytest.approx((expected.low, expected.high), abs=1e-9)


@given(st.integers(1, 10**9), st.data())
def test_wilson_interval_holds_the_proportion_and_stays_in_the_unit_interval(trials, data):
    successes = data.draw(st.integers(0, trials))
    low, high = wilson_interval(successes, trials)
    assert 0 <= low <= successes / trials <= high <= 1


def test_without_trials_nothing_is_known():
    assert wilson_interval(0, 0) == (0.0, 1.0)


@pytest.mark.parametrize(("successes", "trials"), [(-1, 3), (4, 3), (0, -1)])
def test_impossible_counts_are_refused(successes, trials):
    with pytest.raises(ValueError, match="expected between 0 and trials"):
        wilson_interval(successes, trials)


@given(st.integers(1, 50), st.integers(1, 40), st.integers(1, 400))
def test_resamples_do_not_depend_on_how_many_are_drawn_at_once(count, resamples, at_once):
    whole = np.concatenate(list(drawn_counts(count, seed=3, resamples=resamples)))
    parts = np.concatenate(list(drawn_counts(count, seed=3, resamples=resamples, at_once=at_once)))
    assert whole.shape == (resamples, count)
    assert (whole.sum(axis=1) == count).all()
    np.testing.assert_array_equal(parts, whole)


def test_bootstrap_agrees_with_theory_for_a_proportion():
    predictions = predictions_of([1] * 700 + [0] * 1300)
    low, high = interval_of(ShareOfOnes(), predictions, seed=1)
    reach = 1.96 * math.sqrt(0.35 * 0.65 / 2000)
    assert low == pytest.approx(0.35 - reach, abs=0.003)
    assert high == pytest.approx(0.35 + reach, abs=0.003)


def test_the_seed_decides_the_interval():
    predictions = predictions_of([0, 1] * 100)
    first, again, other = (interval_of(ShareOfOnes(), predictions, seed=seed) for seed in (1, 1, 2))
    assert first == again
    assert first != other


def test_a_thousand_resamples_are_scored_at_once():
    metric = ShareOfOnes()
    interval_of(metric, predictions_of([0, 1] * 10), seed=1)
    assert metric.asked == 1000 + 1  # the split itself, to see whether it agrees


def test_a_metric_without_resampled_is_called_on_the_first_200_of_the_same_resamples():
    calls = []

    def counted(labels, probabilities):
        calls.append(len(labels))
        return share_of_ones(labels, probabilities)

    predictions = predictions_of([0, 1, 1, 0, 1] * 20)
    called = interval_of(counted, predictions, seed=5)
    assert calls == [100] * 201  # once for the score itself
    assert called == interval_of(ShareOfOnes(), predictions, seed=5, resamples=200)


@pytest.mark.parametrize("labels", [[], [1]])
def test_fewer_than_two_samples_have_no_interval(labels):
    found = bootstrap(ShareOfOnes(), predictions_of(labels), score=Score(value=0.5), seed=0)
    assert all(map(math.isnan, found.interval))


def test_a_bias_of_the_resamples_is_corrected():
    values = np.random.default_rng(0).normal(size=20_000)
    plain = bias_corrected_interval(values, estimate=0.0)
    np.testing.assert_allclose(plain, np.percentile(values, (2.5, 97.5)), atol=0.05)
    # Resamples lie half a deviation below the estimate, as it does below the truth: the interval moves up by a whole.
    np.testing.assert_allclose(bias_corrected_interval(values, estimate=0.5), np.array(plain) + 1, atol=0.1)


def test_resamples_that_equal_the_estimate_are_no_bias():
    normal = NormalDist()
    values = np.rint([2 * normal.inv_cdf((place + 0.5) / 1000) for place in range(1000)])
    low, high = bias_corrected_interval(values, estimate=0.0)
    assert low == -high == -4


def test_an_estimate_outside_of_all_resamples_has_an_interval_at_their_end():
    values = np.arange(100.0)
    assert bias_corrected_interval(values, estimate=-5.0)[0] == pytest.approx(0, abs=0.1)
    assert bias_corrected_interval(values, estimate=500.0)[1] == pytest.approx(99, abs=0.1)


def test_resamples_that_are_all_the_same_say_nothing():
    assert all(map(math.isnan, bias_corrected_interval(np.ones(100), estimate=1.0)))


def test_a_score_that_is_not_defined_has_no_interval():
    assert all(map(math.isnan, bias_corrected_interval(np.arange(100.0), estimate=math.nan)))


def test_resamples_without_a_defined_score_are_left_out():
    def share_where_both_classes_occur(labels, probabilities):
        if len(set(labels.tolist())) < 2:
            raise ValueError("only one class present")
        return share_of_ones(labels, probabilities)

    low, high = interval_of(share_where_both_classes_occur, predictions_of([0] * 9 + [1]), seed=0)
    assert 0 < low <= high < 1


def test_an_interval_of_mostly_undefined_scores_is_undefined():
    def only_the_whole_set(labels, _probabilities):
        return Score(value=1.0 if len(set(labels.tolist())) == 30 else math.nan)

    assert all(map(math.isnan, interval_of(only_the_whole_set, predictions_of(range(30), classes=30), seed=0)))


def test_a_mistake_of_the_metric_is_not_taken_for_an_undefined_score():
    def mistaken(labels, _probabilities):
        return labels.no_such_attribute

    with pytest.raises(AttributeError):
        interval_of(mistaken, predictions_of([0, 1]), seed=0)


class PerClass(ShareOfOnes):
    """The same with the share of each class."""

    def __call__(self, labels, probabilities):
        shares = tuple(float(np.mean(labels == label)) for label in range(probabilities.shape[1]))
        return Score(value=shares[1], per_class=shares)

    def resampled(self, labels, probabilities, counts):
        shares = [counts @ (labels == label) / counts.sum(axis=1) for label in range(probabilities.shape[1])]
        return np.column_stack([shares[1], *shares])


def test_classes_have_intervals_where_the_metric_gives_their_values():
    predictions = predictions_of([0, 1, 1, 2] * 50, classes=3)
    found = bootstrapped(PerClass(), predictions, seed=0)
    assert found.method == "bootstrap"
    assert found.per_class[1] == found.interval
    assert len(found.per_class) == 3
    assert bootstrapped(ShareOfOnes(), predictions, seed=0).per_class is None


def test_classes_have_the_same_intervals_where_the_metric_is_called():
    metric = PerClass()
    predictions = predictions_of([0, 1, 1, 2] * 50, classes=3)
    expected = bootstrapped(metric, predictions, seed=0, resamples=200)
    called = bootstrapped(metric.__call__, predictions, seed=0)
    assert called.method == "called 200 times"
    np.testing.assert_allclose(called.per_class, expected.per_class)


def test_a_class_that_is_mostly_undefined_has_no_interval():
    class Sometimes(PerClass):
        def resampled(self, labels, probabilities, counts):
            values = super().resampled(labels, probabilities, counts)
            values[: len(values) * 2 // 3, 3] = math.nan
            return values

    found = bootstrapped(Sometimes(), predictions_of([0, 1, 1, 2] * 50, classes=3), seed=0)
    assert not any(map(math.isnan, (*found.interval, *found.per_class[1])))
    assert all(map(math.isnan, found.per_class[2]))


def test_resampled_values_of_a_wrong_shape_are_refused():
    class Wrong(ShareOfOnes):
        def resampled(self, _labels, _probabilities, counts):
            return np.zeros((len(counts), 2))

    with pytest.raises(PluginError, match=r"shape \(1000, 2\); expected .* \(1000,\), .* or \(1000, 3\)"):
        bootstrapped(Wrong(), predictions_of([0, 1]), seed=0)


@pytest.mark.parametrize("off", [[0.2, 0, 0, 0], [0, 0, 0, 0.2], [math.nan, 0, 0, 0]], ids=["whole", "class", "nan"])
def test_resampled_that_disagrees_with_the_metric_itself_is_refused(off):
    class Off(PerClass):
        def resampled(self, labels, probabilities, counts):
            return super().resampled(labels, probabilities, counts) + off

    with pytest.raises(PluginError, match=r"resampled\(\) returned \[.*\] where every image is drawn once; expected"):
        bootstrapped(Off(), predictions_of([0, 1, 1, 2] * 50, classes=3), seed=0)


@pytest.mark.parametrize("value", ["0.5", None, 0.5j])
def test_resampled_values_that_are_no_numbers_are_refused(value):
    class Wrong(ShareOfOnes):
        def resampled(self, _labels, _probabilities, counts):
            return np.array([value] * len(counts))

    with pytest.raises(PluginError, match=r"resampled\(\) returned (<U3|object|complex128) of .* expected float64"):
        bootstrapped(Wrong(), predictions_of([0, 1]), seed=0)
