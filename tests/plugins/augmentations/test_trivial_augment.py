"""TrivialAugment."""

from __future__ import annotations

from collections import Counter

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.trivial_augment import TrivialAugmentParams, build_trivial_augment

SHAPE = (16, 16, 3)
COUNT = 3000
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)
IMAGE = np.random.default_rng(0).normal(0.4, 0.12, SHAPE).clip(0.05, 0.9).astype(np.float32)


def augmented(image: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=SHAPE, num_classes=2)
    transform = build_trivial_augment(TrivialAugmentParams(**params), task)
    images = tf.constant(np.broadcast_to(image, (COUNT, *SHAPE)))
    return compose([transform], image_shape=SHAPE)(images, tf.zeros((COUNT, 2)), SEEDS)[0].numpy()


def test_strengths_come_in_thirty_one_steps_both_ways():
    results = augmented(IMAGE)
    ratios = results[:, 5:8, 5:8].reshape(COUNT, -1) / IMAGE[5:8, 5:8].reshape(-1)
    darker = ratios[(np.ptp(ratios, axis=1) < 1e-5) & (ratios[:, 0] > 0.0) & (ratios[:, 0] < 0.999)][:, 0]
    # What was moved out of sight is black, and not counted.
    steps = np.unique(np.round((1.0 - darker) / 0.99 * 30, 2))
    assert set(steps) <= set(range(1, 31))
    assert len(steps) > 25


def test_no_operation_dominates():
    results = Counter(image.tobytes() for image in augmented(IMAGE))
    (_, same), (_, first), (_, second) = results.most_common(3)
    # Identity, and the others at strength zero; then the two that have no strength.
    assert same < 0.16 * COUNT
    assert 0.05 * COUNT < second <= first < 0.1 * COUNT


def test_the_fill_decides_what_comes_in():
    white = np.ones(SHAPE, np.float32)
    black_corners = (augmented(white)[:, 0, 0, 0] == 0.0).mean()
    kept_corners = (augmented(white, fill="nearest")[:, 0, 0, 0] == 0.0).mean()
    assert black_corners > kept_corners + 0.1
