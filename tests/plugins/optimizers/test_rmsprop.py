"""RMSprop."""

from __future__ import annotations

import pytest

from sightkit_plugins.optimizers.rmsprop import RMSpropParams, build_rmsprop


def test_the_step_is_scaled_by_the_root_of_the_average_square(weight_after):
    params = RMSpropParams(learning_rate=0.1, rho=0.75)
    # After gradients 2 and 1, the averages are 1 and 1.
    assert weight_after(build_rmsprop, params, 2.0, 1.0) == pytest.approx(1 - 0.1 * 2 - 0.1 * 1)


def test_momentum_keeps_part_of_the_last_update(weight_after):
    params = RMSpropParams(learning_rate=0.1, rho=0.75, momentum=0.5)
    assert weight_after(build_rmsprop, params, 2.0, 1.0) == pytest.approx(1 - 0.2 - (0.1 + 0.1))


def test_centered_divides_by_the_variance(weight_after):
    params = RMSpropParams(learning_rate=0.1, rho=0.75, centered=True)
    # The average square is 1, the average is 0.5.
    assert weight_after(build_rmsprop, params, 2.0) == pytest.approx(1 - 0.2 / 0.75**0.5, rel=1e-5)
