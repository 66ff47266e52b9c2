"""SGD."""

from __future__ import annotations

import keras
import pytest

from sightkit import OptimizerTask
from sightkit_plugins.optimizers.sgd import SGDParams, build_sgd

TASK = OptimizerTask(total_steps=10, steps_per_epoch=5)


def after(params: SGDParams, *, steps: int) -> float:
    """Where a weight of 1 is after steps with a gradient of 1."""
    weight = keras.Variable(1.0)
    optimizer = build_sgd(params, TASK)
    for _ in range(steps):
        optimizer.apply([1.0 + 0 * weight.value], [weight])
    return float(weight.value)


def test_plain_sgd_takes_the_gradient_times_the_learning_rate():
    assert after(SGDParams(learning_rate=0.1, momentum=0.0), steps=2) == pytest.approx(0.8)


def test_momentum_keeps_part_of_the_last_update():
    assert after(SGDParams(learning_rate=0.1, momentum=0.5), steps=2) == pytest.approx(1 - 0.1 - 0.15)


def test_nesterov_looks_ahead():
    assert after(SGDParams(learning_rate=0.1, momentum=0.5, nesterov=True), steps=1) == pytest.approx(1 - 0.15)


def test_weight_decay_is_decoupled_and_scaled_by_the_learning_rate():
    assert after(SGDParams(learning_rate=0.1, momentum=0.0, weight_decay=0.5), steps=1) == pytest.approx(0.95 - 0.1)


def test_no_weight_decay_is_none_at_all():
    assert build_sgd(SGDParams(), TASK).weight_decay is None
