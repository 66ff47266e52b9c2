import math
import sys
import warnings

import numpy as np
import pytest

from sightkit import DataError, PluginError, Predictions, Score
from sightkit.evaluation.scores import score_all, value_all

PREDICTIONS = Predictions(
    ids=("a", "b", "c", "d"),
    labels=np.array([0, 1, 1, 0]),
    probabilities=np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4], [0.7, 0.3]]),
)


def accuracy(labels, probabilities):
    return Score(value=float((probabilities.argmax(axis=1) == labels).mean()))


def returning(returned):
    return lambda _labels, _probabilities: returned


def test_scores_come_in_the_order_of_the_metrics_with_an_interval_each():
    scores = score_all({"b": accuracy, "a": accuracy}, PREDICTIONS, seed=0)
    assert list(scores) == ["b", "a"]
    assert scores["a"] == scores["b"]
    assert scores["a"].value == 0.75
    low, high = scores["a"].interval
    assert 0 <= low < 0.75 <= high <= 1


def test_an_interval_that_the_metric_knows_is_kept():
    analytic = Score(value=0.5, higher_is_better=False, per_class=(0.25, math.nan), interval=(0.125, 0.875))
    (score,) = score_all({"analytic": returning(analytic)}, PREDICTIONS, seed=0).values()
    assert score.interval == (0.125, 0.875)
    assert not score.higher_is_better
    assert score.per_class == pytest.approx((0.25, math.nan), nan_ok=True)


def test_what_the_metric_leaves_out_is_resampled():
    def recalls(labels, probabilities, **known):
        right = probabilities.argmax(axis=1) == labels
        per_class = tuple(float(np.mean(right[labels == label])) for label in (0, 1))
        return Score(value=float(np.mean(per_class)), per_class=per_class, **known)

    def with_intervals(labels, probabilities):
        return recalls(labels, probabilities, interval=(0.25, 0.75), method="by heart")

    def with_class_intervals(labels, probabilities):
        return recalls(labels, probabilities, per_class_intervals=((0, 1), (0.5, 1)), per_class_method="by heart")

    metrics = {"none": recalls, "whole": with_intervals, "classes": with_class_intervals}
    with np.errstate(all="ignore"), warnings.catch_warnings(action="ignore"):
        none, whole, classes = score_all(metrics, PREDICTIONS, seed=0).values()
    assert none.method == none.per_class_method == whole.per_class_method == classes.method == "called 200 times"
    assert (whole.interval, whole.method) == ((0.25, 0.75), "by heart")
    assert whole.per_class_intervals == none.per_class_intervals
    assert (classes.per_class_intervals, classes.per_class_method) == (((0.0, 1.0), (0.5, 1.0)), "by heart")
    assert classes.interval == none.interval


def test_where_the_metric_says_that_there_is_no_interval_none_is_looked_for():
    calls = []

    def without(labels, _probabilities):
        calls.append(len(labels))
        return Score(value=0.5, interval=(math.nan, math.nan))

    (score,) = score_all({"without": without}, PREDICTIONS, seed=0).values()
    assert all(map(math.isnan, score.interval))
    assert calls == [4]


def test_numbers_of_numpy_become_numbers_of_python():
    returned = Score(value=np.float32(0.5), per_class=np.array([0.5, 1.0]), interval=np.array([0, 1]))
    (score,) = score_all({"numpy": returning(returned)}, PREDICTIONS, seed=0).values()
    assert (score.value, score.per_class, score.interval) == (0.5, (0.5, 1.0), (0.0, 1.0))
    assert {type(number) for number in (score.value, *score.per_class, *score.interval)} == {float}


def test_values_alone_come_without_resampling():
    calls = []

    def counted(labels, probabilities):
        calls.append(len(labels))
        return accuracy(labels, probabilities)

    assert value_all({"mine": counted}, PREDICTIONS) == {"mine": Score(value=0.75)}
    assert calls == [4]


@pytest.mark.parametrize(
    ("returned", "found"),
    [
        (0.5, "returned float; expected a sightkit.Score"),
        (Score(value=math.inf), "value: expected a finite number, or nan where it is not defined; found inf"),
        (Score(value="0.5"), "found '0.5'"),
        (Score(value=True), "found True"),
        (Score(value=np.array([0.5, 0.5])), "found array"),
        (Score(value=0.5, per_class=(0.5, 0.5, 0.5)), "per_class: expected 2 numbers; found 3"),
        (Score(value=0.5, per_class=0.5), "per_class: expected 2 numbers; found 0.5"),
        (Score(value=0.5, interval=(0.9, 0.1)), r"interval: expected \(low, high\); found \(0.9, 0.1\)"),
        (Score(value=0.5, interval=(0.9,)), "interval: expected 2 numbers; found 1"),
        (Score(value=0.5, per_class_intervals=((0, 1),)), "per_class_intervals: expected 2 numbers; found 1"),
        (Score(value=0.5, per_class_intervals=(0, 1)), "per_class_intervals: expected 2 numbers; found 0"),
        (Score(value=0.5, per_class_intervals=((0, 1), (1, 0))), "per_class_intervals: expected .low, high."),
    ],
)
def test_what_is_not_a_score_is_an_error_that_names_the_metric(returned, found):
    with pytest.raises(PluginError, match=f'metric "mine": .*{found}'):
        score_all({"mine": returning(returned)}, PREDICTIONS, seed=0)


def test_a_metric_that_fails_is_named_and_its_error_is_kept():
    def failing(_labels, _probabilities):
        raise KeyError("cats")

    with pytest.raises(PluginError, match=r'metric "mine" failed on 4 predictions: KeyError: .cats.') as caught:
        score_all({"mine": failing}, PREDICTIONS, seed=0)
    assert isinstance(caught.value.__cause__, KeyError)


def test_a_metric_is_called_what_is_said_of_it():
    def failing(_labels, _probabilities):
        raise KeyError("cats")

    described = {"mine": 'metric "mine" (plugin acme, from acme 1.0)'}
    found = r'^metric "mine" \(plugin acme, from acme 1\.0\)(:| failed) '
    for returned in (failing, returning(0.5)):
        with pytest.raises(PluginError, match=found):
            score_all({"mine": returned}, PREDICTIONS, seed=0, described=described)
        with pytest.raises(PluginError, match=found):
            value_all({"mine": returned}, PREDICTIONS, described=described)


def test_a_metric_that_ends_the_program_has_failed():
    def leaving(_labels, _probabilities):
        sys.exit(0)

    with pytest.raises(PluginError, match=r'metric "mine" failed on 4 predictions: SystemExit: 0'):
        score_all({"mine": leaving}, PREDICTIONS, seed=0)


def test_memory_that_runs_out_is_not_the_metrics_mistake():
    def greedy(_labels, _probabilities):
        raise MemoryError

    with pytest.raises(MemoryError):
        score_all({"mine": greedy}, PREDICTIONS, seed=0)


def test_a_bad_resampled_is_an_error_that_names_the_metric():
    class Mine:
        def __call__(self, labels, probabilities):
            return accuracy(labels, probabilities)

        def resampled(self, *_arrays):
            return 0.5

    with pytest.raises(PluginError, match=r'metric "mine": resampled\(\) returned float64 of shape \(\)'):
        score_all({"mine": Mine()}, PREDICTIONS, seed=0)


def test_a_metric_may_refuse_the_data_in_its_own_words():
    def refusing(_labels, _probabilities):
        raise DataError("needs two images of each class")

    with pytest.raises(DataError, match=r"^needs two images"):
        score_all({"mine": refusing}, PREDICTIONS, seed=0)


def test_a_metric_cannot_change_what_the_next_one_sees():
    def spoiling(_labels, probabilities):
        probabilities.sort(axis=1)
        return Score(value=0.0)

    with pytest.raises(PluginError, match=r'metric "spoiling" failed.*read-only'):
        score_all({"spoiling": spoiling}, PREDICTIONS, seed=0)
    assert PREDICTIONS.probabilities[0, 0] == 0.9
    assert PREDICTIONS.probabilities.flags.writeable


def test_an_undefined_score_has_an_undefined_interval():
    (score,) = score_all({"mine": returning(Score(value=math.nan))}, PREDICTIONS, seed=0).values()
    assert all(map(math.isnan, (score.value, *score.interval)))
