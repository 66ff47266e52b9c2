"""Random numbers for augmentations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import uniform
from sightkit.training.batches.draws import fold


def seeds(count: int, *, start: int = 0) -> np.ndarray:
    """Seeds that differ by one: the hardest for a hash."""
    return np.stack([np.arange(start, start + count), np.zeros(count)], axis=1).astype(np.int32)


def assert_independent(first: np.ndarray, second: np.ndarray) -> None:
    correlation = np.corrcoef(first.ravel(), second.ravel())[0, 1]
    assert abs(correlation) < 4 / np.sqrt(first.size)


def test_draws_have_the_shape_asked_for_a_row_an_image():
    draws = uniform(seeds(5), 0.0, 1.0, shape=(2, 3))
    assert draws.shape == (5, 2, 3)
    assert draws.dtype == "float32"
    assert uniform(seeds(5), 0.0, 1.0).shape == (5,)


@given(
    seed=st.tuples(st.integers(-(2**31), 2**31 - 1), st.integers(-(2**31), 2**31 - 1)),
    bounds=st.tuples(st.floats(-1e6, 1e6), st.floats(1.0, 1e6)),
)
@settings(max_examples=30, deadline=None)
def test_draws_lie_between_their_bounds(seed, bounds):
    low, high = bounds[0], bounds[0] + bounds[1]
    draws = uniform(np.array([seed], np.int32), low, high, shape=(64,)).numpy().astype(np.float64)
    assert (draws >= low).all()
    assert (draws < high).all()


def test_rounding_never_reaches_the_upper_bound():
    draws = uniform(seeds(1000), 16777213.0, 16777216.0).numpy()
    assert draws.max() == 16777215.0


def test_draws_are_uniform():
    draws = uniform(seeds(2000), 0.0, 1.0, shape=(100,)).numpy()
    counts, _ = np.histogram(draws, bins=100, range=(0, 1))
    expected = draws.size / 100
    chi_square = ((counts - expected) ** 2 / expected).sum()
    assert 60 < chi_square < 150  # 99 degrees of freedom: 99 +- 14


def test_neighbouring_images_positions_and_streams_draw_independently():
    draws = uniform(seeds(2000), 0.0, 1.0, shape=(20,)).numpy()
    assert_independent(draws[:-1], draws[1:])
    assert_independent(draws[:, :-1], draws[:, 1:])
    assert_independent(draws, uniform(seeds(2000), 0.0, 1.0, stream=1, shape=(20,)).numpy())
    assert_independent(draws, uniform(fold(seeds(2000), 1), 0.0, 1.0, shape=(20,)).numpy())


def test_an_image_draws_the_same_however_the_batch_is_divided():
    together = uniform(seeds(10), 0.0, 1.0, stream=3, shape=(4,)).numpy()
    apart = [uniform(seeds(count, start=start), 0.0, 1.0, stream=3, shape=(4,)) for start, count in ((0, 3), (3, 7))]
    np.testing.assert_array_equal(together, np.concatenate(apart))


def test_draws_are_the_same_on_every_machine_and_in_every_version():
    """Experiments are repeated years later: these bits are a promise."""
    draws = uniform(np.array([[1, -2], [3, 4]], np.int32), 0.0, 1.0, stream=5, shape=(2,)).numpy()
    assert (draws * 2**24).astype(int).tolist() == [[13976055, 10976293], [8512211, 8735278]]


def test_bounds_without_a_number_between_them_are_refused():
    with pytest.raises(ValueError, match=r"draws from \[1\.0, 1\.0\), which holds no float32"):
        uniform(seeds(1), 1.0, 1.0)
