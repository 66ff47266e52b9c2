"""What a curve of losses says: where it diverges, whether it falls, and which learning rate it suggests."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit.runs.rates.curve import smooth, suggest, until_divergence

STEPS = st.sampled_from([20, 60, 200, 5000])
LOSSES = st.lists(st.floats(-10, 1e3), min_size=1, max_size=60).map(np.array)


def curve(lowest: float, *, noise: float = 0.0, seed: int = 0, steps: int = 200) -> tuple[np.ndarray, np.ndarray]:
    """Rates, and losses that fall from 2.3 to 0.3 over two orders of magnitude before ``lowest``, then rise as fast."""
    rates = np.geomspace(1e-6, 10, steps)
    distance = np.clip(np.abs(np.log10(rates / lowest)) / 2, 0, 1)
    return rates, 0.3 + 2 * distance + noise * np.random.default_rng(seed).standard_normal(steps)


@given(LOSSES, STEPS)
def test_smoothed_losses_start_with_the_first_and_stay_among_those_so_far(losses, steps):
    averages = smooth(losses, steps=steps)
    assert averages[0] == pytest.approx(losses[0])
    assert (averages <= np.maximum.accumulate(losses) + 1e-9).all()
    assert (averages >= np.minimum.accumulate(losses) - 1e-9).all()


@given(LOSSES, st.sampled_from([math.inf, -math.inf, math.nan]), LOSSES, STEPS)
def test_training_has_diverged_at_a_loss_that_is_not_finite_whatever_follows(before, loss, after, steps):
    end = until_divergence(np.array([*before, loss, *after]), steps=steps)
    assert end <= len(before)
    assert end == until_divergence(before, steps=steps)


def test_training_has_diverged_where_the_smoothed_loss_is_four_times_its_lowest():
    losses = np.array([1.0] * 20 + [8.0] * 20)
    end = until_divergence(losses, steps=200)
    assert end < 40
    assert smooth(losses, steps=200)[end - 1] <= 4 * smooth(losses, steps=200).min() < smooth(losses, steps=200)[end]


def test_a_loss_below_zero_may_rise_a_little():
    assert until_divergence(np.array([-1.0] * 20 + [-0.5] * 20), steps=200) == 40
    assert until_divergence(np.array([-1.0] * 20 + [9.0] * 20), steps=200) < 40


def test_a_first_loss_that_happens_to_be_small_is_no_lowest_point():
    assert until_divergence(np.array([0.01] + [2.0] * 50), steps=200) == 51


@pytest.mark.parametrize("lowest", [1e-3, 1e-2, 0.1])
@pytest.mark.parametrize(("noise", "factor"), [(0.0, 2.0), (0.1, 3.0), (0.4, 5.0)])
@pytest.mark.parametrize("steps", [60, 200, 1000])
def test_the_suggestion_is_about_a_tenth_of_the_rate_of_the_lowest_loss(lowest, noise, factor, steps):
    for seed in range(10):
        rates, losses = curve(lowest, noise=noise, seed=seed, steps=steps)
        end = until_divergence(losses, steps=steps)
        suggestion = suggest(rates[:end], losses[:end], steps=steps)
        assert suggestion is not None
        assert lowest / 10 / factor < suggestion < lowest / 10 * factor


@given(st.integers(-8, 8))
def test_the_unit_of_the_loss_does_not_matter(exponent):
    rates, losses = curve(0.01, noise=0.2)
    suggestion = suggest(rates, losses, steps=200)
    assert suggest(rates, losses * 2.0**exponent, steps=200) == suggestion is not None


def test_the_suggestion_has_two_digits():
    suggestion = suggest(*curve(0.0123), steps=200)
    assert suggestion == float(f"{suggestion:.1e}")


@pytest.mark.parametrize("steps", [40, 200])
@pytest.mark.parametrize("seed", range(10))
def test_losses_that_only_vary_suggest_nothing(seed, steps):
    losses = 2.3 + 0.5 * np.random.default_rng(seed).standard_normal(steps)
    assert suggest(np.geomspace(1e-6, 10, steps), losses, steps=steps) is None


@pytest.mark.parametrize("losses", [np.full(200, 2.3), np.linspace(1, 3, 200), curve(0.01)[1][:19]])
def test_flat_rising_and_few_losses_suggest_nothing(losses):
    assert suggest(np.geomspace(1e-6, 10, 200)[: len(losses)], losses, steps=200) is None
