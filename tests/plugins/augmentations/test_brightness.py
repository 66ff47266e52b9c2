"""The brightness."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.brightness import BrightnessParams, build_brightness

SHAPE = (3, 4, 3)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def changed(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_brightness(BrightnessParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_every_pixel_of_an_image_is_multiplied_by_one_factor_drawn_evenly():
    images = np.random.default_rng(0).random((COUNT, *SHAPE), np.float32) * 0.4 + 0.1
    ratios = changed(images, strength=0.5) / images
    factors = ratios.mean(axis=(1, 2, 3))
    np.testing.assert_allclose(ratios, np.broadcast_to(factors[:, None, None, None], ratios.shape), rtol=1e-5)
    assert 0.5 <= factors.min() < 0.52
    assert 1.48 < factors.max() <= 1.5
    assert abs(factors.mean() - 1.0) < 0.05
