"""The shift."""

from __future__ import annotations

from collections import Counter

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.shift import ShiftParams, build_shift

SHAPE = (10, 20, 1)
COUNT = 500
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def offsets(**params) -> Counter:
    """How often a dot in the middle moved how far, down and to the right."""
    images = np.zeros((COUNT, *SHAPE), np.float32)
    images[:, 5, 10] = 1.0
    transform = build_shift(ShiftParams(**params), AugmentationTask(image_shape=SHAPE, num_classes=2))
    moved = compose([transform], image_shape=SHAPE)(tf.constant(images), tf.zeros((COUNT, 2)), SEEDS)[0].numpy()
    assert ((moved == 0) | (moved == 1)).all()
    where = np.argwhere(moved[..., 0] == 1.0)
    assert len(where) == COUNT
    return Counter((int(row - 5), int(column - 10)) for _, row, column in where)


def test_images_move_by_whole_pixels_up_to_the_fraction_of_each_side_equally_often():
    counts = offsets(height=0.2, width=0.1)
    assert set(counts) == {(down, right) for down in range(-2, 3) for right in range(-2, 3)}
    assert 5 < min(counts.values()) <= max(counts.values()) < 40


def test_a_side_whose_fraction_is_zero_stays():
    assert {down for down, _ in offsets(height=0.0, width=0.1)} == {0}
    assert {right for _, right in offsets(height=0.1, width=0.0)} == {0}
