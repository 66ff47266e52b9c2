"""The rotation."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.rotate import RotateParams, build_rotate

SHAPE = (21, 21, 1)
COUNT = 300
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def rotation(**params):
    return build_rotate(RotateParams(**params), AugmentationTask(image_shape=SHAPE, num_classes=2))


def angles_of(transform) -> np.ndarray:
    """Where a dot to the right of the centre goes, in degrees, counted clockwise on the screen."""
    images = np.zeros((COUNT, *SHAPE), np.float32)
    images[:, 9:12, 17:20] = 1.0
    turned = compose([transform], image_shape=SHAPE)(tf.constant(images), tf.zeros((COUNT, 2)), SEEDS)[0].numpy()[
        ..., 0
    ]
    rows, columns = np.mgrid[-10:11, -10:11]
    weights = turned.sum(axis=(1, 2))
    return np.degrees(
        np.arctan2((turned * rows).sum(axis=(1, 2)) / weights, (turned * columns).sum(axis=(1, 2)) / weights)
    )


def test_angles_are_spread_evenly_up_to_the_limit_both_ways():
    angles = angles_of(rotation(degrees=40.0))
    assert -41 < angles.min() < -36
    assert 36 < angles.max() < 41
    assert abs(angles.mean()) < 4
    assert 20 < angles.std() < 26  # 80 / sqrt(12)


def test_the_fill_decides_what_comes_in_at_the_corners():
    white = tf.ones((COUNT, *SHAPE))
    labels = tf.zeros((COUNT, 2))
    black = compose([rotation(degrees=45.0)], image_shape=SHAPE)(white, labels, SEEDS)[0].numpy()
    kept = compose([rotation(degrees=45.0, fill="reflect")], image_shape=SHAPE)(white, labels, SEEDS)[0].numpy()
    assert black[:, 0, 0].min() == 0.0
    np.testing.assert_allclose(kept, 1.0, atol=1e-6)
