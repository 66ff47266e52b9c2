"""The contrast."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.contrast import ContrastParams, build_contrast

SHAPE = (5, 4, 3)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def changed(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_contrast(ContrastParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_distances_to_the_mean_grey_are_multiplied_by_one_factor_drawn_evenly():
    images = np.random.default_rng(0).random((COUNT, *SHAPE), np.float32) * 0.3 + 0.35
    mean = np.round((images * [0.299, 0.587, 0.114]).sum(axis=3) * 255).mean(axis=(1, 2))[:, None, None, None] / 255
    found = changed(images, strength=0.5)
    factors = ((found - mean) * (images - mean)).sum(axis=(1, 2, 3)) / ((images - mean) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(found, mean + factors[:, None, None, None] * (images - mean), atol=1e-5)
    assert 0.5 - 1e-3 <= factors.min() < 0.52
    assert 1.48 < factors.max() <= 1.5 + 1e-3


def test_an_image_without_contrast_stays():
    grey = np.full((COUNT, *SHAPE), 100 / 255, np.float32)
    np.testing.assert_allclose(changed(grey, strength=1.0), grey, atol=1e-6)
