"""Parameters: those of the constructor and keys of an experiment beside them, as scikit-learn handles them."""

from __future__ import annotations

import pickle

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_no_attributes_set_in_init

from sightkit import ConfigError
from sightkit.sklearn import ImageClassifier

FILTERS = [4, 8]
KEYS = {"architecture__filters": FILTERS, "training__early_stopping__patience": 2}


def test_keys_are_parameters_like_any_other():
    estimator = ImageClassifier(epochs=3, **KEYS)
    params = estimator.get_params()
    assert params["epochs"] == 3
    assert params["architecture"] == "basic-cnn"
    assert {name: params[name] for name in KEYS} == KEYS
    assert "architecture__filters=[4, 8]" in repr(estimator)
    assert "architecture__filters" in estimator._repr_html_()


def test_a_clone_has_the_keys_and_not_the_same_lists():
    estimator = ImageClassifier(epochs=3, **KEYS)
    copy = clone(estimator)
    assert copy.get_params() == estimator.get_params()
    assert copy.architecture__filters is not FILTERS
    assert pickle.loads(pickle.dumps(estimator)).get_params() == estimator.get_params()


def test_keys_can_be_set_later_and_left_to_their_default():
    estimator = ImageClassifier().set_params(optimizer__learning_rate=0.1, epochs=2)
    assert (estimator.optimizer__learning_rate, estimator.epochs) == (0.1, 2)
    assert estimator.set_params(optimizer__learning_rate=None).get_params()["optimizer__learning_rate"] is None


@pytest.mark.parametrize("name", ["epoch", "dataset__path", "filters__x", "architecture_filters"])
def test_an_argument_that_is_neither_is_refused_at_once(name):
    with pytest.raises(TypeError, match=f"unexpected argument '{name}'.* TABLE__KEY .* architecture, augmentations"):
        ImageClassifier(**{name: 1})
    with pytest.raises(ValueError, match="Invalid parameter"):
        ImageClassifier().set_params(**{name: 1})


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"architecture__filtrs": (4,)}, 'unknown key .*did you mean "filters"'),
        ({"architecture": "basic-cn"}, 'basic-cn".*did you mean "basic-cnn"'),
        ({"epochs": 0}, "training.epochs"),
        ({"training__ema": 2.0}, "training.ema"),
        ({"augmentations": ["flop"]}, 'did you mean "flip"'),
        ({"augmentations": "flip"}, r"expected a list, found 'flip'; write \['flip'\]"),
        ({"augmentations": {"use": "flip"}}, r"expected a list, found {'use': 'flip'}; write \["),
        ({"validation_fraction": 1.0}, "split.validation"),
        ({"class_weight": {"topp": 2}}, '"topp": did you mean "top"'),
        ({"architecture": 3}, "architecture: expected the name of an architecture or a function .* found int"),
        ({"random_state": -1}, "seed"),
        (
            {"architecture__filters": [4], "training__early_stopping__patience": 2},
            "validation split, and there is none",
        ),
    ],
)
def test_a_wrong_parameter_is_told_when_it_is_used_in_the_words_of_an_experiment(build, task, params, message):
    estimator = build(**{"architecture": "basic-cnn", **params})
    with pytest.raises(ConfigError, match=message):
        estimator.fit(task.images, task.labels)
    assert not hasattr(estimator, "classes_")


def test_numbers_of_numpy_are_taken_for_what_they_are(build, task):
    estimator = build(epochs=np.int64(1), optimizer__learning_rate=np.float32(0.5), random_state=np.int32(3))
    assert estimator.fit(task.images, task.labels).history_[0]["learning_rate"] == 0.5


def test_a_model_is_refused_since_a_parameter_must_stay_what_it_is(build, task, fitted):
    with pytest.raises(ConfigError, match="a function that builds a network, found Sequential"):
        build(fitted.model_).fit(task.images, task.labels)


def test_without_keys_the_constructor_sets_nothing_but_what_it_lists():
    check_no_attributes_set_in_init("ImageClassifier", ImageClassifier())


def test_rows_are_images_only_where_their_shape_is_known():
    tags = get_tags(ImageClassifier()), get_tags(ImageClassifier(image_shape=(8, 8)))
    assert [each.input_tags.two_d_array for each in tags] == [False, True]
    assert all(each.input_tags.three_d_array for each in tags)
