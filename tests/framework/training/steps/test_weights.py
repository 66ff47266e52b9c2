"""Weights of images in the compiled step: the loss of each is multiplied by its own."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from sightkit.contracts import Mixing
from sightkit.training.batches.augment import compose

CLASS_WEIGHTS = np.array([1, 2, 0.5], np.float32)
NO_MEMORY = {"memory": 0}


@pytest.fixture
def weighted(data):
    """The tiny task, each image with the weight of its class."""
    return replace(data, weights=CLASS_WEIGHTS[data.labels])


def values(trained):
    return [variable.numpy() for variable in trained.model.trainable_variables]


def assert_alike(one, other, *, rtol):
    for value, expected in zip(values(one), values(other), strict=True):
        np.testing.assert_allclose(value, expected, rtol=rtol, atol=1e-6)


def test_weights_of_one_change_no_bit(train, data):
    assert train(data=replace(data, weights=np.ones(90, np.float32))).bits == train().bits


def test_an_image_of_weight_zero_moves_nothing_whatever_its_label(train, data):
    weights = np.ones(90, np.float32)
    weights[::5] = 0
    labels = data.labels.copy()
    labels[::5] = 0
    weighted = train(data=replace(data, weights=weights))
    assert train(data=replace(data, weights=weights, labels=labels)).bits == weighted.bits
    assert train(data=replace(data, labels=labels)).bits != weighted.bits


def test_the_weight_of_its_class_for_each_image_is_as_good_as_class_weights(train, weighted):
    assert_alike(train(data=weighted), train(class_weights=CLASS_WEIGHTS), rtol=1e-4)


def test_weights_and_class_weights_are_multiplied(train, weighted, data):
    squared = replace(data, weights=CLASS_WEIGHTS[data.labels] ** 2)
    assert_alike(train(data=weighted, class_weights=CLASS_WEIGHTS), train(data=squared), rtol=1e-4)


def test_an_image_of_weight_two_is_as_good_as_two_of_it(train, build, data):
    from sightkit.training.devices.host import seeded_build

    def linear():
        import keras

        with seeded_build(0):
            return keras.Sequential([keras.Input((9, 6, 1)), keras.layers.Flatten(), keras.layers.Dense(3)])

    rows, times = data.splits["train"], np.where(np.arange(70) < 20, 2, 1)
    weights = np.zeros(90, np.float32)
    weights[rows] = times * (70 / times.sum())
    changes = {"model": linear(), "augment": None, "batch_size": 90, "epochs": 5}
    weighted = train(**changes, data=replace(data, weights=weights))
    changes["model"] = linear()
    repeated = train(**changes, data=replace(data, splits={"train": np.repeat(rows, times)}))
    assert_alike(weighted, repeated, rtol=1e-4)


def test_the_weight_of_a_mixed_image_is_mixed_as_its_label_is(train, weighted):
    def blend(images, labels, _seeds):
        return 0.75 * images + 0.25 * images[::-1], 0.75 * labels + 0.25 * labels[::-1]

    changes = {"augment": compose([Mixing(blend)], image_shape=(9, 6, 1)), "mixes": True}
    by_class = train(class_weights=CLASS_WEIGHTS, **changes)
    assert_alike(train(data=weighted, **changes), by_class, rtol=1e-4)


def test_weighted_training_is_the_same_from_a_file(train, weighted):
    assert train(data=weighted, **NO_MEMORY).bits == train(data=weighted).bits


def test_weights_go_with_images_that_a_balanced_epoch_repeats(train, weighted):
    changes = {"sampling": "balanced", "epochs": 1}
    assert_alike(train(data=weighted, **changes), train(class_weights=CLASS_WEIGHTS, **changes), rtol=1e-4)
