"""The hue."""

from __future__ import annotations

import colorsys

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.hue import HueParams, build_hue

SHAPE = (3, 4, 3)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def turned(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_hue(HueParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_hues_turn_by_one_angle_drawn_evenly_and_nothing_else_changes():
    images = np.broadcast_to(np.random.default_rng(0).random(SHAPE, np.float32), (COUNT, *SHAPE))
    found = turned(images, degrees=40.0)
    before = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in images[0].reshape(-1, 3).astype(float)])
    after = np.array([colorsys.rgb_to_hsv(*pixel) for pixel in found.reshape(-1, 3).astype(float)])
    after = after.reshape(COUNT, -1, 3)
    np.testing.assert_allclose(after[..., 1:], np.broadcast_to(before[:, 1:], after[..., 1:].shape), atol=1e-4)
    angles = ((after[..., 0] - before[:, 0] + 0.5) % 1.0 - 0.5) * 360
    np.testing.assert_allclose(angles, np.broadcast_to(angles[:, :1], angles.shape), atol=0.2)
    assert -40.1 < angles.min() < -38
    assert 38 < angles.max() < 40.1
    assert abs(angles.mean()) < 4


def test_grey_pixels_stay():
    grey = np.broadcast_to(np.linspace(0, 1, 4, dtype=np.float32)[:, None], (COUNT, *SHAPE))
    np.testing.assert_allclose(turned(grey, degrees=180.0), grey, atol=1e-6)
