"""ROC AUC and average precision of each class against the rest."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.special import expit, logit
from scipy.stats import t as student
from sklearn.metrics import average_precision_score, roc_auc_score

from sightkit_plugins.metrics._ranking import average_precision_of, interval_of, roc_auc_of
from splits import built, splits

EACH = pytest.mark.parametrize("name", ["roc-auc", "average-precision"])


def scikit_learns(name, positive, scores):
    if not positive.any() or (name == "roc-auc" and positive.all()):
        return math.nan
    return (roc_auc_score if name == "roc-auc" else average_precision_score)(positive, scores)


@EACH
@given(split=splits())
@settings(max_examples=200)
def test_each_class_against_the_rest_is_that_of_scikit_learn(name, split):
    labels, probabilities = split
    expected = np.array([scikit_learns(name, labels == label, each) for label, each in enumerate(probabilities.T)])
    defined = ~np.isnan(expected)
    score, weighted = (built(name, average=average)(labels, probabilities) for average in ("macro", "weighted"))
    assert score.per_class == pytest.approx(expected, rel=0, abs=1e-12, nan_ok=True)
    assert weighted.per_class == pytest.approx(score.per_class, abs=0, nan_ok=True)
    if defined.any():
        images = np.bincount(labels, minlength=len(expected))
        assert score.value == pytest.approx(expected[defined].mean(), rel=0, abs=1e-12)
        mean = np.average(expected[defined], weights=images[defined])
        assert weighted.value == pytest.approx(mean, rel=0, abs=1e-12)
    else:
        assert math.isnan(score.value)
        assert math.isnan(weighted.value)
    assert (score.macro, weighted.macro) == (True, False)


@EACH
def test_the_average_is_scikit_learns_where_all_classes_occur(name):
    random = np.random.default_rng(0)
    labels, probabilities = np.arange(200) % 4, random.dirichlet(np.ones(4), 200)
    for average in ("macro", "weighted"):
        if name == "roc-auc":
            expected = roc_auc_score(labels, probabilities, multi_class="ovr", average=average)
        else:
            expected = average_precision_score(np.eye(4)[labels], probabilities, average=average)
        assert built(name, average=average)(labels, probabilities).value == pytest.approx(expected, rel=0, abs=1e-12)


@pytest.mark.parametrize(("name", "method"), [("roc-auc", "delong"), ("average-precision", "jackknife")])
def test_intervals_say_how_they_were_found(name, method):
    score = built(name)(np.array([0, 1, 0, 1]), np.array([[0.9, 0.1], [0.2, 0.8], [0.3, 0.7], [0.4, 0.6]]))
    assert (score.method, score.per_class_method) == (method, method)


def delong_by_hand(positive, scores):
    """The structural components of DeLong et al. (1988), pair by pair."""
    of, others = scores[positive], scores[~positive]
    wins = (of[:, None] > others) + 0.5 * (of[:, None] == others)
    return wins.mean(axis=1).var(ddof=1) / len(of) + wins.mean(axis=0).var(ddof=1) / len(others)


@given(split=splits())
@settings(max_examples=200)
def test_the_variance_of_roc_auc_is_delongs(split):
    labels, probabilities = split
    positive = labels == 0
    if 2 <= positive.sum() <= len(labels) - 2:
        _value, influence = roc_auc_of(positive, probabilities[:, 0])
        expected = delong_by_hand(positive, probabilities[:, 0])
        assert influence @ influence / len(labels) ** 2 == pytest.approx(expected, rel=0, abs=1e-12)
        assert influence.sum() == pytest.approx(0, abs=1e-9)


def weighted_average_precision(positive, scores, weights):
    return average_precision_score(positive, scores, sample_weight=weights)


@given(split=splits(), chosen=st.integers(0, 39))
@settings(max_examples=50)
def test_influence_is_the_change_of_average_precision_with_the_weight_of_an_image(split, chosen):
    labels, probabilities = split
    positive, scores, image = labels == labels[0], probabilities[:, labels[0]], chosen % len(labels)
    _value, influence = average_precision_of(positive, scores)
    step = 1e-5
    more, less = np.ones((2, len(labels)))
    more[image] += step
    less[image] -= step
    slope = (
        weighted_average_precision(positive, scores, more) - weighted_average_precision(positive, scores, less)
    ) / (2 * step)
    assert influence[image] == pytest.approx(len(labels) * slope, abs=1e-4 * len(labels))


@EACH
@pytest.mark.parametrize("average", ["macro", "weighted"])
def test_intervals_are_about_those_of_a_bootstrap(name, average):
    random = np.random.default_rng(1)
    labels = random.choice(4, size=2000, p=[0.5, 0.3, 0.15, 0.05])
    logits = random.normal(size=(2000, 4))
    logits[np.arange(2000), labels] += np.array([2.0, 1.0, 0.5, 1.5])[labels]
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    metric = built(name, average=average, classes=4)
    score = metric(labels, probabilities)
    drawn = (random.integers(2000, size=2000) for _ in range(200))
    values = np.array([[(s := metric(labels[rows], probabilities[rows])).value, *s.per_class] for rows in drawn])
    ours = [score.interval, *score.per_class_intervals]
    widths = [high - low for low, high in ours]
    np.testing.assert_allclose(widths, 2 * 1.96 * values.std(axis=0), rtol=0.25)


@EACH
def test_a_weighted_average_moves_with_how_many_images_of_an_easy_class_were_drawn(name):
    random = np.random.default_rng(1)
    labels = random.choice(3, size=2000, p=[0.45, 0.45, 0.1])
    logits = random.normal(size=(2000, 3))
    logits[labels == 0, 0] += 6
    powers = np.exp(logits)
    probabilities = powers / powers.sum(axis=1, keepdims=True)
    metric = built(name, average="weighted", classes=3)
    low, high = metric(labels, probabilities).interval
    drawn = (random.integers(2000, size=2000) for _ in range(200))
    values = [metric(labels[rows], probabilities[rows]).value for rows in drawn]
    assert high - low == pytest.approx(2 * 1.96 * np.std(values), rel=0.15)


def test_an_interval_is_students_in_the_logarithmic_odds():
    influence = np.array([0.3, -0.3, 0.1, -0.1])
    low, high = interval_of(0.9, influence)
    error = math.sqrt(0.2) / 4
    freedom = 2 * 0.2**2 / (2 * 0.3**4 + 2 * 0.1**4 - 0.2**2 / 4)
    reach = student.ppf(0.975, freedom) * error / 0.09
    assert (low, high) == pytest.approx((expit(logit(0.9) - reach), expit(logit(0.9) + reach)), rel=1e-9)


def test_an_interval_is_wider_where_few_images_decide():
    even = np.array([1.0, -1.0] * 50)
    uneven = np.array([math.sqrt(50), -math.sqrt(50), *[0.0] * 98])
    narrow, wide = interval_of(0.9, even), interval_of(0.9, uneven)
    assert wide[1] - wide[0] > 1.3 * (narrow[1] - narrow[0])


@EACH
def test_classes_that_are_told_apart_perfectly_have_no_interval(name):
    score = built(name)(np.array([0, 0, 1, 1]), np.array([[0.9, 0.1], [0.8, 0.2], [0.3, 0.7], [0.1, 0.9]]))
    assert score.value == 1
    assert score.per_class == (1, 1)
    assert all(map(math.isnan, score.interval))
