"""Adagrad."""

from __future__ import annotations

import pytest

from sightkit_plugins.optimizers.adagrad import AdagradParams, build_adagrad


def test_steps_shrink_with_the_sum_of_squared_gradients(weight_after):
    params = AdagradParams(learning_rate=0.1, initial_accumulator_value=0.0)
    assert weight_after(build_adagrad, params, 3.0) == pytest.approx(1 - 0.1)
    assert weight_after(build_adagrad, params, 3.0, 4.0) == pytest.approx(1 - 0.1 - 0.1 * 4 / 5)


def test_the_sum_starts_from_the_initial_value(weight_after):
    params = AdagradParams(learning_rate=0.1, initial_accumulator_value=16.0)
    assert weight_after(build_adagrad, params, 3.0) == pytest.approx(1 - 0.1 * 3 / 5)
