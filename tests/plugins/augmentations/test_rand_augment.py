"""RandAugment."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.rand_augment import RandAugmentParams, build_rand_augment

SHAPE = (16, 16, 3)
COUNT = 1400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)
IMAGE = np.random.default_rng(0).normal(0.4, 0.12, SHAPE).clip(0.05, 0.9).astype(np.float32)


def augmented(**params) -> np.ndarray:
    transform = build_rand_augment(RandAugmentParams(**params), AugmentationTask(image_shape=SHAPE, num_classes=2))
    images = tf.constant(np.broadcast_to(IMAGE, (COUNT, *SHAPE)))
    return compose([transform], image_shape=SHAPE)(images, tf.zeros((COUNT, 2)), SEEDS)[0].numpy()


def test_every_operation_is_as_likely_and_goes_both_ways():
    results = Counter(image.tobytes() for image in augmented(operations=1, magnitude=30.0))
    # Identity, autocontrast, equalize, posterize and solarize go one way, the other nine both.
    assert len(results) == 5 + 2 * 9
    one_way = sorted(results.values())[-5:]
    assert min(one_way) > 70
    assert max(one_way) < 135
    assert 25 < min(results.values()) <= sorted(results.values())[-6] < 75


@pytest.mark.parametrize("operations", [1, 3])
def test_magnitude_zero_leaves_all_but_the_two_without_strength_as_they_are(operations):
    results = augmented(operations=operations, magnitude=0.0)
    same = (np.abs(results - IMAGE).max(axis=(1, 2, 3)) < 0.5 / 255).mean()  # posterize counts in whole levels
    expected = (12 / 14) ** operations
    assert abs(same - expected) < 0.04


def test_a_higher_magnitude_changes_more():
    changes = [np.abs(augmented(magnitude=magnitude) - IMAGE).mean() for magnitude in (3.0, 12.0, 30.0)]
    assert changes == sorted(changes)
    assert changes[2] > 1.5 * changes[0]


def test_more_operations_change_more():
    changes = [np.abs(augmented(operations=operations) - IMAGE).mean() for operations in (1, 2, 4)]
    assert changes == sorted(changes)
