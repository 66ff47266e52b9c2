"""Nadam."""

from __future__ import annotations

import pytest

from sightkit_plugins.optimizers.nadam import NadamParams, build_nadam


def expected(gradients: list[float], *, rate: float, beta_1: float, beta_2: float) -> float:
    """Dozat's algorithm, with the momentum that he lets rise from half of beta_1 to all of it."""
    weight, mean, square, product = 1.0, 0.0, 0.0, 1.0
    for step, gradient in enumerate(gradients, start=1):
        now, after = (beta_1 * (1 - 0.5 * 0.96**at) for at in (step, step + 1))
        product *= now
        mean = beta_1 * mean + (1 - beta_1) * gradient
        square = beta_2 * square + (1 - beta_2) * gradient**2
        ahead = after * mean / (1 - product * after) + (1 - now) * gradient / (1 - product)
        weight -= rate * ahead / (square / (1 - beta_2**step)) ** 0.5
    return weight


def test_momentum_looks_ahead_as_in_dozats_algorithm(weight_after):
    params = NadamParams(learning_rate=0.1, beta_1=0.8, beta_2=0.9)
    gradients = [1.0, -0.5, 2.0]
    assert weight_after(build_nadam, params, *gradients) == pytest.approx(
        expected(gradients, rate=0.1, beta_1=0.8, beta_2=0.9), rel=1e-5
    )
