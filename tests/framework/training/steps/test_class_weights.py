"""Class weights: what they are, and what they do to the loss."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import tensorflow as tf
from sklearn.utils.class_weight import compute_class_weight

from sightkit import ConfigError
from sightkit.training.steps.class_weights import class_weights


@pytest.fixture
def uneven(data):
    """Labels of which 60, 20 and 10 are training images."""
    labels = np.array([0] * 60 + [1] * 20 + [2] * 10)
    return replace(data, labels=labels, splits={"train": np.arange(90)})


def test_none_is_no_weights(data):
    assert class_weights("none", data) is None


def test_balanced_weights_are_those_of_scikit_learn(uneven):
    weights = class_weights("balanced", uneven)
    expected = compute_class_weight("balanced", classes=np.arange(3), y=uneven.labels)
    np.testing.assert_allclose(weights, expected, rtol=1e-6)
    assert weights.dtype == np.float32
    assert weights[uneven.labels].mean() == pytest.approx(1)


def test_balanced_weights_count_training_images_alone(uneven):
    without = replace(uneven, splits={"train": np.arange(80), "test": np.arange(80, 90)})
    np.testing.assert_allclose(class_weights("balanced", without), [80 / (2 * 60), 80 / (2 * 20), 0], rtol=1e-6)


def test_a_table_gives_the_weights_it_names_and_1_to_others(data):
    assert class_weights({"bottom": 2.5, "top": 0}, data).tolist() == [0, 1, 2.5]
    assert class_weights({}, data).tolist() == [1, 1, 1]


def test_every_name_that_is_no_class_is_told_with_the_nearest_one(data):
    with pytest.raises(ConfigError) as caught:
        class_weights({"topp": 1, "top": 1, "xyz": 2}, data)
    assert str(caught.value) == (
        'training.class_weights: expected names of classes, found others: "topp": did you mean "top"?; "xyz": the '
        "classes are: bottom, middle, top"
    )


def test_weights_that_leave_nothing_to_learn_are_refused(data):
    nothing = {"top": 0.0, "middle": 0.0}
    assert class_weights(nothing, data) is not None
    without = replace(data, splits={"train": np.flatnonzero(data.labels < 2)})
    with pytest.raises(ConfigError, match=r"^training\.class_weights: every class that has training images has the "):
        class_weights(nothing, without)


def test_the_loss_of_an_image_is_multiplied_by_the_weight_of_its_class(train, data):
    still = {"schedule": lambda _step: 0.0, "loss": six, "epochs": 1}
    weights = np.array([1, 10, 0.25], np.float32)
    expected = 6 * weights[data.labels[data.splits["train"]]].mean()
    assert train(**still, class_weights=weights).logs[0].loss == pytest.approx(expected, rel=1e-5)


def test_soft_labels_have_the_mixture_of_the_weights(train):
    def blend(images, labels, _seeds):
        return images, 0.0 * labels + tf.constant([[0.5, 0.25, 0.25]])

    still = {"schedule": lambda _step: 0.0, "loss": six, "epochs": 1, "augment": blend}
    weights = np.array([1, 10, 2], np.float32)
    assert train(**still, class_weights=weights).logs[0].loss == pytest.approx(6 * 3.5, rel=1e-5)


def test_weights_of_one_change_nothing(train):
    assert train(class_weights=np.ones(3, np.float32)).bits == train().bits


def six(_labels, logits):
    return 6.0 + 0.0 * tf.reduce_sum(logits, axis=1)
