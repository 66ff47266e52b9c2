"""The crop to a random area and aspect ratio."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from sightkit import AugmentationTask, BuildError
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.resized_crop import ResizedCropParams, build_resized_crop

SHAPE = (41, 61, 1)
COUNT = 500
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def cropped(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_resized_crop(ResizedCropParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def windows(**params) -> tuple[np.ndarray, ...]:
    """Left, right, top and bottom of each window, as fractions, read off images whose brightness is a coordinate."""
    across = np.broadcast_to(np.linspace(0, 1, 61)[:, None], (COUNT, *SHAPE))
    down = np.broadcast_to(np.linspace(0, 1, 41)[:, None, None], (COUNT, *SHAPE))
    across, down = cropped(across, **params), cropped(down, **params)
    return across[:, 0, 0, 0], across[:, 0, -1, 0], down[:, 0, 0, 0], down[:, -1, 0, 0]


def test_areas_are_spread_evenly_between_the_smallest_and_the_largest():
    left, right, top, bottom = windows(min_area=0.2, max_area=0.5, min_aspect=0.9, max_aspect=1.1)
    areas = (right - left) * (bottom - top)
    assert 0.2 - 1e-3 <= areas.min() < 0.21
    assert 0.48 < areas.max() <= 0.5 + 1e-3
    assert abs(areas.mean() - 0.35) < 0.02


def test_half_as_wide_is_as_likely_as_twice_as_wide():
    left, right, top, bottom = windows(min_area=0.1, max_area=0.2, min_aspect=0.5, max_aspect=2.0)
    aspects = np.log2((right - left) * 61 / ((bottom - top) * 41))
    assert -1.01 < aspects.min() < -0.95
    assert 0.95 < aspects.max() < 1.01
    assert abs(aspects.mean()) < 0.1


def test_windows_lie_anywhere_inside_the_image_and_never_beyond():
    left, right, top, bottom = windows(min_area=0.1, max_area=0.3)
    for low, high in ((left, right), (top, bottom)):
        assert low.min() >= 0.0
        assert high.max() <= 1.0
        place = low / (1 - (high - low))
        assert place.min() < 0.05
        assert place.max() > 0.95
    white = cropped(np.ones((COUNT, *SHAPE)), min_aspect=0.1, max_aspect=10.0)
    np.testing.assert_allclose(white, 1.0, atol=1e-6)


def test_a_window_that_never_fits_is_cut_to_the_image():
    left, right, top, bottom = windows(min_area=1.0, min_aspect=1.0, max_aspect=1.0)
    np.testing.assert_allclose(bottom - top, 1.0, atol=1e-5)
    np.testing.assert_allclose(right - left, np.sqrt(41 / 61), atol=1e-4)


def test_areas_in_the_wrong_order_are_refused():
    with pytest.raises(BuildError, match=r"resized-crop: expected min_area <= max_area, found 0.5 and 0.2; exchange"):
        windows(min_area=0.5, max_area=0.2)
