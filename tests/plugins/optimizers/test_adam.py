"""Adam."""

from __future__ import annotations

import keras
import pytest

from sightkit import OptimizerTask
from sightkit_plugins.optimizers.adam import AdamParams, build_adam

TASK = OptimizerTask(total_steps=10, steps_per_epoch=5)


def after(params: AdamParams, *, gradient: float) -> float:
    """Where a weight of 1 is after one step."""
    weight = keras.Variable(1.0)
    build_adam(params, TASK).apply([gradient + 0 * weight.value], [weight])
    return float(weight.value)


@pytest.mark.parametrize("gradient", [0.1, 1.0, 1e3])
def test_the_first_step_is_the_learning_rate_whatever_the_gradient(gradient):
    assert after(AdamParams(learning_rate=0.1), gradient=gradient) == pytest.approx(0.9, abs=1e-4)


def test_weight_decay_is_decoupled_and_scaled_by_the_learning_rate():
    assert after(AdamParams(learning_rate=0.1, weight_decay=0.5), gradient=1.0) == pytest.approx(0.95 - 0.1, abs=1e-5)


def test_every_parameter_reaches_keras_under_its_own_name():
    given = {
        "learning_rate": 0.5,
        "beta_1": 0.8,
        "beta_2": 0.9,
        "epsilon": 1e-3,
        "amsgrad": True,
        "weight_decay": 0.1,
    }
    config = build_adam(AdamParams(**given), TASK).get_config()
    assert {name: config[name] for name in given} == pytest.approx(given)


def test_no_weight_decay_is_none_at_all():
    assert build_adam(AdamParams(), TASK).weight_decay is None
