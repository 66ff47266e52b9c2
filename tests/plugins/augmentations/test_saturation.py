"""The saturation."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.saturation import SaturationParams, build_saturation

SHAPE = (3, 4, 3)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def changed(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_saturation(SaturationParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_distances_to_grey_are_multiplied_by_one_factor_drawn_evenly():
    images = np.random.default_rng(0).random((COUNT, *SHAPE), np.float32) * 0.3 + 0.35
    grey = (images * [0.299, 0.587, 0.114]).sum(axis=3, keepdims=True)
    found = changed(images, strength=0.5)
    factors = ((found - grey) * (images - grey)).sum(axis=(1, 2, 3)) / ((images - grey) ** 2).sum(axis=(1, 2, 3))
    np.testing.assert_allclose(found, grey + factors[:, None, None, None] * (images - grey), atol=1e-5)
    assert 0.5 - 1e-3 <= factors.min() < 0.52
    assert 1.48 < factors.max() <= 1.5 + 1e-3


def test_what_has_no_colour_stays():
    grey = np.broadcast_to(np.random.default_rng(0).random((COUNT, 3, 4, 1), np.float32), (COUNT, *SHAPE))
    np.testing.assert_allclose(changed(grey, strength=1.0), grey, atol=1e-6)
