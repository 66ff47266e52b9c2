"""What an experiment asks of any optimizer."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from sightkit import PluginError
from sightkit.training.steps.optimization import set_up


@pytest.fixture
def variables() -> list[Any]:
    """A kernel, a bias and the scale of a normalisation layer."""
    return [keras.Variable(np.ones(shape, np.float32)) for shape in ((2, 2), (2,), (2,))]


def step(optimizer: Any, variables: list[Any], gradients: float = 0.0) -> list[Any]:
    """Apply equal gradients once and return what became of the variables."""
    optimizer.apply([tf.fill(variable.shape, gradients) for variable in variables], variables)
    return [variable.numpy().ravel()[0] for variable in variables]


@pytest.mark.parametrize("make", [keras.optimizers.AdamW, keras.optimizers.Adam, keras.optimizers.SGD])
def test_only_kernels_decay_unless_all_do(variables, make):
    optimizer = make(0.1, weight_decay=0.5)
    set_up(optimizer, variables)
    assert step(optimizer, variables) == pytest.approx([0.95, 1.0, 1.0])
    optimizer = make(0.1, weight_decay=0.5)
    set_up(optimizer, variables, decay="all")
    assert step(optimizer, variables) == pytest.approx([0.95 * 0.95, 0.95, 0.95])


def test_the_norm_of_all_gradients_together_is_cut(variables):
    optimizer = keras.optimizers.SGD(1.0)
    set_up(optimizer, variables, clip_norm=1.0)
    # Eight gradients of 10: their norm is 10 * sqrt(8).
    assert step(optimizer, variables, 10.0) == pytest.approx([1 - 1 / 8**0.5] * 3)


def test_an_optimizer_that_was_used_before_is_refused(variables):
    optimizer = keras.optimizers.Adam()
    optimizer.build(variables)
    with pytest.raises(PluginError, match="Adam is built already; expected a fresh one for each stage"):
        set_up(optimizer, variables)
