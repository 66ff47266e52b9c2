"""Numbers become pixels: of which shape, and what is black and white."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from sightkit.sklearn.pixels import pixels_for

ALL = np.arange(256, dtype=np.uint8).reshape(1, 16, 16)


def pixels(values, **changes):
    return pixels_for(values, **{"image_shape": None, "value_range": None, **changes})


def test_uint8_is_what_it_is_and_not_copied():
    made = pixels(ALL).of(ALL)
    assert made.shape == (1, 16, 16, 1)
    assert np.shares_memory(made, ALL)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_floats_from_0_to_1_come_back_as_the_pixels_that_they_were(dtype):
    values = (ALL / 255).astype(dtype)
    np.testing.assert_array_equal(pixels(values).of(values)[..., 0], ALL)


def test_booleans_are_black_and_white():
    assert pixels(ALL > 9).of(ALL > 9).reshape(-1).tolist() == [0] * 10 + [255] * 246


@given(low=st.floats(-1e6, 1e6), width=st.floats(1e-3, 1e6))
def test_a_range_of_values_is_spread_over_all_pixels(low, width):
    values = low + ALL / 255 * width
    made = pixels(values, value_range=(low, low + width)).of(values)
    assert np.abs(made[..., 0].astype(int) - ALL).max() <= 1
    assert (made.min(), made.max()) == (0, 255)


def test_values_beyond_the_range_count_as_its_ends():
    values = np.array([[[-5.0, 0.0, 8.0, 16.0, 99.0]]])
    assert pixels(values, value_range=(0, 16)).of(values).reshape(-1).tolist() == [0, 0, 128, 255, 255]


def test_the_range_of_the_training_images_stays_that_of_later_ones():
    made = pixels(np.array([[[-1.0, 3.0]]]), value_range="data")
    assert made.value_range == (-1, 3)
    assert made.of(np.array([[[1.0, 7.0]]])).reshape(-1).tolist() == [128, 255]
    assert pixels(np.full((2, 3, 3), 7.0), value_range="data").of(np.full((1, 3, 3), 7.0)).max() == 0


@pytest.mark.parametrize("values", [ALL / 16, ALL.astype(np.int64), ALL / 255 - 0.1, ALL / 254])
def test_numbers_that_might_mean_anything_are_refused(values):
    with pytest.raises(ValueError, match=r"expected pixels as uint8 .* found .* value_range=\(low, high\)"):
        pixels(values).of(values)


def test_many_images_become_the_pixels_that_each_becomes_alone(monkeypatch):
    values = np.random.default_rng(0).random((50, 4, 3))
    together = pixels(values).of(values)
    monkeypatch.setattr("sightkit.sklearn.pixels.CHUNK_VALUES", 30)
    np.testing.assert_array_equal(pixels(values).of(values), together)


@pytest.mark.parametrize(
    ("image_shape", "shape"),
    [((4, 6), (4, 6, 1)), ((2, 4, 3), (2, 4, 3)), ((-1, 4), (6, 4, 1)), ((1, -1), (1, 24, 1)), ((2, 4, -1), (2, 4, 3))],
)
def test_flat_rows_have_the_shape_that_is_given(image_shape, shape):
    rows = np.arange(48, dtype=np.uint8).reshape(2, 24)
    made = pixels(rows, image_shape=image_shape)
    assert made.shape == shape
    np.testing.assert_array_equal(made.of(rows), rows.reshape(2, *shape))
    np.testing.assert_array_equal(made.of(rows.reshape(2, *shape)), rows.reshape(2, *shape))


@pytest.mark.parametrize("image_shape", [(5, 5), (4,), (-1, -1), (4, 3, 2), (0, -1), "44", 24, (2.0, 12.0), (4, "6")])
def test_a_shape_that_cannot_be_meant_is_refused(image_shape):
    with pytest.raises(
        ValueError, match="image_shape: expected height, width and 1 or 3 channels of 24 numbers, found"
    ):
        pixels(np.zeros((2, 24), np.uint8), image_shape=image_shape)


def test_flat_rows_need_a_shape():
    with pytest.raises(ValueError, match=r"found flat rows of 24 numbers; .* image_shape=\(height, width\)"):
        pixels(np.zeros((2, 24), np.uint8))


@pytest.mark.parametrize("shape", [(2, 3, 3, 2), (2, 3, 3, 4), (2, 0, 3), (2, 3, 3, 3, 3)])
def test_arrays_that_are_no_images_are_refused(shape):
    with pytest.raises(ValueError, match="1 or 3 channels, found shape"):
        pixels(np.zeros(shape, np.uint8))


def test_images_of_another_shape_than_was_given_are_refused():
    with pytest.raises(ValueError, match=r"image_shape: \(2, 12\), but X has images of shape \(4, 6\)"):
        pixels(np.zeros((2, 4, 6), np.uint8), image_shape=(2, 12))


@pytest.mark.parametrize("shape", [(1, 6, 4), (1, 2, 4, 3), (1, 4, 6, 3)])
def test_images_of_another_shape_than_in_training_are_refused(shape):
    with pytest.raises(ValueError, match=r"expected \(4, 6, 1\)"):
        pixels(np.zeros((2, 4, 6), np.uint8)).of(np.zeros(shape, np.uint8))


@pytest.mark.parametrize("value_range", ["dta", (1, 0), (1, 1), (0, np.inf), (0, np.nan), (0,), 5, ("a", "b")])
def test_a_range_that_is_none_is_refused(value_range):
    with pytest.raises(ValueError, match="value_range: expected"):
        pixels(ALL / 255, value_range=value_range)
