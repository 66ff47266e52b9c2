"""The shear."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.shear import ShearParams, build_shear

SHAPE = (21, 21, 1)
COUNT = 300
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def sheared(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_shear(ShearParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def slants(**params) -> tuple[np.ndarray, np.ndarray]:
    """The slopes of an upright and of a level line, in degrees."""
    cross = np.zeros((2, COUNT, *SHAPE), np.float32)
    cross[0, :, :, 10] = cross[1, :, 10, :] = 1.0
    places = np.arange(21) - 10
    upright, level = (sheared(images, **params)[:, 5:16, 5:16, 0] for images in cross)
    across = (upright * places[5:16]).sum(axis=2) / upright.sum(axis=2)
    down = (level * places[5:16, None]).sum(axis=1) / level.sum(axis=1)
    return tuple(np.degrees(np.arctan(-np.polyfit(places[5:16], line.T, 1)[0])) for line in (across, down))


def test_upright_lines_slant_up_to_the_limit_both_ways_and_level_ones_stay():
    upright, level = slants(horizontal_degrees=20.0)
    assert -21 < upright.min() < -18
    assert 18 < upright.max() < 21
    assert abs(upright.mean()) < 2
    np.testing.assert_allclose(level, 0.0, atol=1e-3)


def test_level_lines_slant_where_that_is_asked_for():
    upright, level = slants(horizontal_degrees=0.0, vertical_degrees=20.0)
    assert 18 < level.max() < 21
    np.testing.assert_allclose(upright, 0.0, atol=1e-3)


def test_area_is_kept_by_both_at_once():
    images = np.zeros((COUNT, *SHAPE), np.float32)
    images[:, 8:13, 8:13] = 1.0
    areas = sheared(images, horizontal_degrees=20.0, vertical_degrees=20.0).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(areas, 25.0, rtol=0.02)
