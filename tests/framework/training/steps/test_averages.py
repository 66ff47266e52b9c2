"""A running average of the weights."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit.training.steps.averages import Averages


@pytest.fixture
def weight() -> keras.Variable:
    return keras.Variable(np.array([0.0, 1.0], np.float32))


def test_an_average_starts_at_the_weights_and_follows_them_fast_at_first(weight):
    averages = Averages([weight], decay=0.25)
    follow = tf.function(averages.follow)
    expected = np.array([0.0, 1.0])
    for value, decay in (([4.0, 1.0], 2 / 11), ([8.0, 5.0], 3 / 12), ([-1.0, 5.0], 0.25)):
        weight.assign(value)
        follow()
        expected = decay * expected + (1 - decay) * np.array(value)
        with averages.in_place():
            np.testing.assert_allclose(weight.numpy(), expected, rtol=1e-6)


def test_a_short_training_forgets_what_it_began_with_however_large_the_decay(weight):
    averages = Averages([weight], decay=0.9999)
    weight.assign([5.0, 5.0])
    for _ in range(20):
        averages.follow()
    averages.adopt()
    np.testing.assert_allclose(weight.numpy(), [5.0, 5.0], rtol=1e-4)


def test_the_model_has_the_averages_inside_and_its_own_weights_afterwards(weight):
    averages = Averages([weight], decay=0.9)
    weight.assign([5.0, 5.0])
    with averages.in_place():
        np.testing.assert_array_equal(weight.numpy(), [0.0, 1.0])
    np.testing.assert_array_equal(weight.numpy(), [5.0, 5.0])
    with pytest.raises(KeyError), averages.in_place():
        raise KeyError
    np.testing.assert_array_equal(weight.numpy(), [5.0, 5.0])


def test_averages_that_are_adopted_stay(weight):
    averages = Averages([weight], decay=0.9)
    weight.assign([5.0, 5.0])
    averages.adopt()
    np.testing.assert_array_equal(weight.numpy(), [0.0, 1.0])


def test_validation_sees_the_averages_and_training_goes_on_with_the_weights(build, epochs):
    model, seen = build(), []

    def evaluate() -> dict[str, float]:
        seen.append(model.trainable_variables[0].numpy())
        return {}

    for _ in epochs(model, ema=0.5, evaluate=evaluate):
        assert not (model.trainable_variables[0].numpy() == seen[-1]).all()
    plain = build()
    list(epochs(plain))
    np.testing.assert_array_equal(model.trainable_variables[0].numpy(), plain.trainable_variables[0].numpy())
