"""Parameters: those of the constructor and keys of an experiment beside them, as scikit-learn handles them."""

from __future__ import annotations

import pickle
import re

import numpy as np
import pytest
from sklearn.base import clone
from sklearn.utils import get_tags
from sklearn.utils.estimator_checks import check_no_attributes_set_in_init

from networks import perceptron
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


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("epoch", "did you mean epochs?"),
        ("architecture_filters", "did you mean architecture__filters?"),
        ("optimzer__learning_rate", "did you mean optimizer__learning_rate?"),
        ("optimizer__", "did you mean optimizer?"),
        ("dataset__path", "TABLE__KEY with a table of an experiment: architecture, augmentations"),
        ("filters__x", "TABLE__KEY with a table of an experiment: architecture, augmentations"),
    ],
)
def test_a_name_that_can_be_no_key_is_refused_at_once(name, hint):
    with pytest.raises(TypeError, match=f"unexpected argument '{name}'.* {re.escape(hint)}"):
        ImageClassifier(**{name: 1})
    with pytest.raises(ValueError, match=f"Invalid parameter '{name}' for ImageClassifier; .*{re.escape(hint)}"):
        ImageClassifier().set_params(**{name: 1})


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("architecture__filtrs", 'the architecture "basic-cnn" has no such key; did you mean architecture__filters?'),
        ("optimizer__momentum", "known: amsgrad, beta_1, beta_2, epsilon, learning_rate, weight_decay"),
        ("augmentations__0__probabilty", "did you mean augmentations__0__probability?"),
        (
            "training__clip_nrm",
            "the table training of an experiment has no such key; did you mean training__clip_norm?",
        ),
        ("training__early_stopping__patienc", "did you mean training__early_stopping__patience?"),
        ("training__epochs", "this is what the parameter epochs is for"),
        ("optimizer__use", "this is what the parameter optimizer is for"),
    ],
)
def test_a_key_that_nobody_knows_is_refused_where_it_is_set_and_where_it_is_used(task, name, hint):
    estimator = ImageClassifier(augmentations=["flip"])
    with pytest.raises(ValueError, match=re.escape(f"{name}: ") + f".*{re.escape(hint)}"):
        estimator.set_params(epochs=3, **{name: 1})
    assert estimator.get_params() == ImageClassifier(augmentations=["flip"]).get_params()
    with pytest.raises(ConfigError, match=re.escape(f"{name}: ") + f".*{re.escape(hint)}"):
        ImageClassifier(augmentations=["flip"], **{name: 1}).fit(task.images, task.labels)


def test_keys_belong_to_the_component_that_is_chosen_with_them():
    estimator = ImageClassifier().set_params(optimizer__momentum=0.9, optimizer="sgd")
    assert (estimator.optimizer, estimator.optimizer__momentum) == ("sgd", 0.9)
    unknown = ImageClassifier(augmentations=[{"use": "mine"}], architecture="of-a-plugin-that-is-not-here")
    unknown.set_params(architecture__size=3, augmentations__0__strength=1)


def test_parameters_that_are_there_can_always_be_set():
    estimator = ImageClassifier(optimizer__beta_1=0.8, optimizer="sgd")  # as it is when the optimizer was exchanged
    assert estimator.set_params(**estimator.get_params()).optimizer__beta_1 == 0.8
    estimator.set_params(optimizer__beta_1=None)


def test_a_function_has_no_keys():
    with pytest.raises(ValueError, match=r"architecture__units: the architecture is a function, .* functools\.partial"):
        ImageClassifier(perceptron).set_params(architecture__units=3)


@pytest.mark.parametrize(
    ("params", "message"),
    [
        ({"architecture": "basic-cn"}, r'^architecture = "basic-cn".*did you mean "basic-cnn"'),
        ({"epochs": 0}, "^epochs: expected a number of at least 1, found 0"),
        ({"epochs": True}, "^epochs: expected a whole number, found True"),
        ({"optimizer__learning_rate": -1}, r"^optimizer__learning_rate \(adam, from .*found -1"),
        ({"training__ema": 2.0}, "^training__ema: expected a number less than 1"),
        ({"training__stages": [{"epochs": 0}]}, r'^training__stages\[0\]\["epochs"\]: expected'),
        ({"architecture__filters": (0,)}, r"^architecture__filters\[0\] \(basic-cnn, .*found 0$"),
        ({"architecture__filters": 3}, "expected a list or a tuple, found 3"),
        ({"architecture__filters": (1, 2, 3, 4, 5)}, r"larger images \(images__size\)"),
        ({"augmentations": ["flop"]}, r'^augmentations\[0\] = "flop".*did you mean "flip"'),
        ({"augmentations": [{"use": "flip", "probabilty": 1}]}, r'augmentations\[0\]\["probabilty"\]: unknown key'),
        ({"augmentations": ["flip"], "augmentations__0__probability": 2}, "^augmentations__0__probability .*found 2"),
        ({"augmentations": "flip"}, r"expected a list, found 'flip'; write \['flip'\]"),
        ({"augmentations": {"use": "flip"}}, r"expected a list, found {'use': 'flip'}; write \["),
        ({"augmentations": 3}, "augmentations: expected a list of names, found 3"),
        ({"optimizer": None}, "^optimizer: expected the name of one, found None; .* optimizer__NAME"),
        ({"registries": "mine.toml"}, r"^registries: expected a list of files, .*; write \['mine.toml'\]"),
        ({"validation_fraction": 1.0}, "^validation_fraction: expected a number less than 1"),
        ({"class_weight": {"topp": 2}}, '^class_weight: .*"topp": did you mean "top"'),
        ({"class_weight": {"top": -2}}, r'^class_weight\["top"\]: expected a number of at least 0.0, found -2'),
        ({"class_weight": "balance"}, "^class_weight: expected None, \"balanced\" or a mapping .*found 'balance'"),
        ({"architecture": 3}, "architecture: expected the name of an architecture or a function .* found int"),
        ({"random_state": -1}, "^random_state: expected a number of at least 0"),
        (
            {"architecture__filters": [4], "training__early_stopping__patience": 2},
            "^training__early_stopping: .*expected validation_fraction above 0, or no training__early_stopping$",
        ),
        ({"calibration__use": "temperature"}, "expected validation_fraction above 0, or no calibration$"),
        ({"architecture__filters": [4], "split__folds": 99}, "^split__folds: expected at most .* 60, found 99"),
        ({"epochs": 0, "batch_size": 0}, r"(?s)^epochs: .*\nbatch_size: "),
    ],
)
def test_a_wrong_parameter_is_told_when_it_is_used_in_the_words_of_who_set_it(build, task, params, message):
    estimator = build(**{"architecture": "basic-cnn", **params})
    with pytest.raises(ConfigError, match=message) as caught:
        estimator.fit(task.images, task.labels)
    assert isinstance(caught.value, ValueError)
    assert not hasattr(estimator, "classes_")


def test_what_is_wrong_with_a_file_of_a_registry_names_that_file(build, task, tmp_path):
    file = tmp_path / "registry.toml"
    file.write_text("api = 1\nautolod = true\n")
    with pytest.raises(ConfigError, match=rf'^{file}:2:1: unknown key "autolod"'):
        build("basic-cnn", registries=[file]).fit(task.images, task.labels)


def test_none_is_no_augmentation(build, task):
    assert build(epochs=1, augmentations=None).fit(task.images, task.labels).n_iter_ == 1


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
