"""LAMB."""

from __future__ import annotations

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit import OptimizerTask
from sightkit_plugins.optimizers.lamb import LambParams, build_lamb


@pytest.mark.parametrize("size", [1e-3, 1.0, 1e3])
@pytest.mark.parametrize("gradient", [1e-2, 1e2])
def test_a_step_is_the_learning_rate_times_the_size_of_the_weights(size, gradient):
    weight = keras.Variable(np.array([3.0, 4.0], np.float32) * size)
    optimizer = build_lamb(LambParams(learning_rate=0.1), OptimizerTask(total_steps=10, steps_per_epoch=5))
    optimizer.apply([tf.constant([gradient, -gradient])], [weight])
    change = weight.numpy() - np.array([3.0, 4.0]) * size
    np.testing.assert_allclose(change, 0.1 * 5 * size * np.array([-1, 1]) / np.sqrt(2), rtol=1e-3)


def test_weights_of_zero_still_move():
    weight = keras.Variable(np.zeros(2, np.float32))
    optimizer = build_lamb(LambParams(learning_rate=0.1), OptimizerTask(total_steps=10, steps_per_epoch=5))
    optimizer.apply([tf.constant([1.0, -1.0])], [weight])
    np.testing.assert_allclose(weight.numpy(), [-0.1, 0.1], rtol=1e-3)
