"""What AdaBelief promises: the paper's rule, computed here once more by NumPy."""

import keras
import numpy as np
import pytest
from sightkit_papers.adabelief import AdaBeliefParams, build_adabelief

from sightkit import OptimizerTask

GRADIENTS = np.array([[1.0, -2.0], [0.5, 3.0], [-1.0, 0.25]])


def trained(params, gradients):
    weight = keras.Variable(np.ones(2))
    optimizer = build_adabelief(params, OptimizerTask(total_steps=10, steps_per_epoch=5))
    for gradient in gradients:
        optimizer.apply([keras.ops.convert_to_tensor(gradient, "float32")], [weight])
    return weight.numpy()


def test_it_follows_the_rule_of_the_paper():
    weight, mean, surprise = np.ones(2), np.zeros(2), np.zeros(2)
    for step, gradient in enumerate(GRADIENTS, start=1):
        mean = 0.9 * mean + 0.1 * gradient
        surprise = 0.99 * surprise + 0.01 * (gradient - mean) ** 2 + 1e-8
        spread = np.sqrt(surprise / (1 - 0.99**step)) + 1e-8
        weight = weight - 0.1 * mean / (1 - 0.9**step) / spread
    found = trained(AdaBeliefParams(learning_rate=0.1, beta_2=0.99, epsilon=1e-8), GRADIENTS)
    np.testing.assert_allclose(found, weight, rtol=1e-5)


def test_a_foreseen_gradient_makes_a_longer_step_than_adam_would():
    steady = trained(AdaBeliefParams(learning_rate=0.01), np.ones((20, 2)))
    assert (1 - steady > 20 * 0.01 * 1.5).all()  # Adam moves by 0.01 a step here


def test_weight_decay_shrinks_weights_by_itself_times_the_learning_rate():
    found = trained(AdaBeliefParams(learning_rate=0.1, weight_decay=0.5), np.zeros((1, 2)))
    assert found == pytest.approx(0.95)
