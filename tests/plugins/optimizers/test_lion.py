"""Lion."""

from __future__ import annotations

import pytest

from sightkit_plugins.optimizers.lion import LionParams, build_lion


@pytest.mark.parametrize("gradient", [1e-3, 1.0, 1e3])
def test_a_step_is_as_long_as_the_learning_rate_whatever_the_gradient(weight_after, gradient):
    assert weight_after(build_lion, LionParams(learning_rate=0.1), gradient) == pytest.approx(0.9)
    assert weight_after(build_lion, LionParams(learning_rate=0.1), -gradient) == pytest.approx(1.1)


def test_the_direction_is_that_of_the_average_not_of_the_last_gradient(weight_after):
    params = LionParams(learning_rate=0.1, beta_1=0.9, beta_2=0.5)
    # The average is 2, and 0.9 * 2 outweighs 0.1 * -4.
    assert weight_after(build_lion, params, 4.0, -4.0) == pytest.approx(0.8)
