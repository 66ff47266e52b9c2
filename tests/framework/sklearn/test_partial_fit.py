"""partial_fit: a training that goes on from call to call, its optimizer with it."""

from __future__ import annotations

import pickle

import numpy as np
import pytest

from networks import perceptron
from sightkit import ConfigError

CLASSES = ["top", "middle", "bottom"]


@pytest.fixture
def parts(task):
    """The images in parts, of which the first lacks a class."""
    lacking = np.flatnonzero(task.labels != "top")[:15]
    rest = np.setdiff1d(np.arange(60), lacking)
    return [(task.images[rows], task.labels[rows]) for rows in (lacking, rest[:20], rest[20:])]


def test_images_that_come_in_parts_are_learned_from(build, task, parts):
    estimator = build(optimizer__learning_rate=0.01)
    for _ in range(4):
        for images, labels in parts:
            estimator.partial_fit(images, labels, classes=CLASSES)
    assert estimator.classes_.tolist() == sorted(CLASSES)
    assert estimator.score(task.images, task.labels) > 0.9
    assert estimator.n_iter_ == len(estimator.history_) == 12
    assert [row["epoch"] for row in estimator.history_] == list(range(1, 13))


@pytest.mark.parametrize("fitted_before", [False, True])
def test_a_copy_goes_on_exactly_as_the_original(build, task, parts, fitted_before):
    estimator = build(with_dropout, epochs=1)
    if fitted_before:
        estimator.fit(task.images, task.labels)
    estimator.partial_fit(*parts[0], classes=CLASSES)
    copy = pickle.loads(pickle.dumps(estimator))
    for images, labels in parts[1:]:
        for each in (estimator, copy):
            each.partial_fit(images, labels)
    assert (copy.predict_proba(task.images) == estimator.predict_proba(task.images)).all()
    assert copy.history_[-1]["loss"] == estimator.history_[-1]["loss"]


def with_dropout(about):
    """Return a network whose weights are not all that it remembers."""
    import keras

    model = perceptron(about)
    return keras.Sequential([keras.Input(about.image_shape), keras.layers.Dropout(0.3), *model.layers])


def test_the_optimizer_goes_on_too(build, task, parts):
    """With momentum, a step goes on after the gradient is gone."""
    estimator = build(optimizer="sgd", optimizer__learning_rate=1e-4, optimizer__momentum=0.9)
    estimator.partial_fit(*parts[1], classes=CLASSES)
    before = estimator.predict_proba(task.images)
    estimator.partial_fit(*parts[1], sample_weight=np.full(20, 1e-30))
    assert np.abs(estimator.predict_proba(task.images) - before).max() > 1e-4


def test_it_goes_on_from_what_fit_has_learned(build, task, parts):
    estimator = build().fit(task.images, task.labels)
    loss = estimator.history_[-1]["loss"]
    estimator.partial_fit(task.images, task.labels)
    assert estimator.history_[-1]["loss"] < loss
    assert estimator.n_iter_ == 5


def test_weights_multiply_the_loss_and_those_of_zero_leave_an_image_out(build, parts):
    images, labels = parts[1]
    losses = []
    for weights in (None, np.ones(20), np.full(20, 0.5)):
        estimator = build(batch_size=20).partial_fit(images, labels, classes=CLASSES, sample_weight=weights)
        losses.append(estimator.history_[0]["loss"])
    assert losses[0] == losses[1]
    assert losses[2] == pytest.approx(losses[0] / 2)
    kept = np.arange(20) < 12
    without = build().partial_fit(images[kept], labels[kept], classes=CLASSES)
    weighted = build().partial_fit(images, labels, classes=CLASSES, sample_weight=kept)
    assert weighted.history_ == [without.history_[0] | {key: weighted.history_[0][key] for key in TIMES}]


TIMES = ("seconds", "images_per_second")


def test_the_range_of_values_is_that_of_the_first_call(build, parts):
    estimator = build(value_range="data").partial_fit(parts[1][0] / 3, parts[1][1], classes=CLASSES)
    before = estimator.predict_proba(np.full((1, 9, 6), 20.0))
    estimator.set_params(optimizer__learning_rate=1e-9)
    assert not np.isnan(before).any()
    estimator.partial_fit(parts[2][0] * 2.0, parts[2][1])
    assert estimator.predict_proba(np.full((1, 9, 6), 500.0)).shape == (1, 3)


@pytest.mark.parametrize(
    ("classes", "message"),
    [(None, "classes: expected all labels that will ever come"), (["top"], "at least two classes")],
)
def test_the_first_call_must_say_which_classes_there_are(build, parts, classes, message):
    with pytest.raises(ValueError, match=message):
        build().partial_fit(*parts[0], classes=classes)


def test_classes_cannot_change_afterwards(build, fitted, task):
    from copy import deepcopy

    estimator = deepcopy(fitted)
    with pytest.raises(ValueError, match=r"classes: expected those of the calls before, \['bottom', 'middle', 'top'\]"):
        estimator.partial_fit(task.images, task.labels, classes=["top", "other"])
    with pytest.raises(ValueError, match=r"labels that are not among the classes .*: \['left'\]"):
        estimator.partial_fit(task.images[:2], ["left", "top"])


def test_a_wrong_parameter_is_told_here_too(build, parts):
    with pytest.raises(ConfigError, match='did you mean "adam"'):
        build(optimizer="adm").partial_fit(*parts[0], classes=CLASSES)


def test_classes_cannot_be_balanced_before_they_have_come(build, parts):
    with pytest.raises(ConfigError, match=r'class_weight: expected a mapping .* found "balanced"'):
        build(class_weight="balanced").partial_fit(*parts[0], classes=CLASSES)


def test_what_comes_between_two_parts_is_traced_once(build, task, parts):
    import keras

    traced = []

    @keras.saving.register_keras_serializable("tests")
    class Traced(keras.layers.Layer):
        def call(self, logits):
            traced.append(logits)
            return logits

    estimator = build(lambda about: keras.Sequential([perceptron(about), Traced()]))
    counts = []
    for images, labels in parts:
        estimator.partial_fit(images, labels, classes=CLASSES).predict(task.images)
        counts.append(len(traced))
    assert counts[0] == counts[1] == counts[2]


def test_what_belongs_to_a_whole_training_is_left_out(build, task, parts):
    keys = {"training__ema": 0.5, "training__drop_last": True, "training__stages": [{"epochs": 2}]}
    estimator = build(**keys, schedule="cosine").partial_fit(*parts[0], classes=CLASSES)
    plain = build().partial_fit(*parts[0], classes=CLASSES)
    assert (estimator.predict_proba(task.images) == plain.predict_proba(task.images)).all()


def test_a_parameter_that_is_set_between_two_parts_counts_from_then_on(build, task, parts):
    estimator = build(optimizer__learning_rate=0.01).partial_fit(*parts[1], classes=CLASSES)
    before = estimator.predict_proba(task.images)
    estimator.set_params(optimizer__learning_rate=1e-30, class_weight=dict.fromkeys(CLASSES, 10.0))
    loss = estimator.partial_fit(*parts[1]).history_[-1]["loss"]
    assert estimator.history_[-1]["learning_rate"] == pytest.approx(1e-30)
    np.testing.assert_allclose(estimator.predict_proba(task.images), before, rtol=1e-6)
    assert estimator.set_params(class_weight=None).partial_fit(*parts[1]).history_[-1]["loss"] == pytest.approx(
        loss / 10
    )


def test_the_optimizer_goes_on_with_another_rate_and_begins_where_it_is_another(build, task, parts):
    """With momentum, a step goes on after the gradient is gone; RMSprop's variables have the shapes of SGD's."""
    estimator = build(optimizer="sgd", optimizer__learning_rate=1e-4, optimizer__momentum=0.9)
    before = estimator.partial_fit(*parts[1], classes=CLASSES).predict_proba(task.images)
    moved = []
    for change in ({"optimizer__learning_rate": 2e-4}, {"optimizer": "rmsprop", "optimizer__momentum": 0.0}):
        copy = pickle.loads(pickle.dumps(estimator)).set_params(**change)
        copy.partial_fit(*parts[1], sample_weight=np.full(20, 1e-30))
        moved.append(np.abs(copy.predict_proba(task.images) - before).max())
    assert moved[0] > 1e-4 > 1e-6 > moved[1]


def test_another_network_is_what_fit_is_for(build, task, parts):
    estimator = build("basic-cnn", architecture__filters=[4]).partial_fit(*parts[0], classes=CLASSES)
    with pytest.raises(ConfigError, match=r"architecture__filters: expected \[4\], .* found \[8\]; fit trains another"):
        estimator.set_params(architecture__filters=[8]).partial_fit(*parts[1])
    with pytest.raises(ValueError, match=r"value_range: expected None, .* found \[0, 200\]"):
        estimator.set_params(architecture__filters=(4,), value_range=(0, 200)).partial_fit(*parts[1])
    assert estimator.set_params(value_range=None, warm_start=True).partial_fit(*parts[1]).n_iter_ == 2


def test_a_warm_start_with_another_network_begins_anew(build, task):
    estimator = build("basic-cnn", epochs=1, warm_start=True, architecture__filters=[4]).fit(task.images, task.labels)
    estimator.set_params(architecture__filters=[5]).fit(task.images, task.labels)
    assert estimator.model_.weights[0].shape[-1] == 5


def test_a_part_that_cannot_be_trained_on_leaves_what_was_learned(build, task, parts):
    estimator = build().partial_fit(*parts[1], classes=CLASSES)
    before = estimator.predict_proba(task.images)
    with pytest.raises(ConfigError, match="optimizer__learning_rate"):
        estimator.set_params(optimizer__learning_rate=-1.0).partial_fit(*parts[1])
    assert (estimator.predict_proba(task.images) == before).all()
