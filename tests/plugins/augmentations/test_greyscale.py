"""The greyscale."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.greyscale import GreyscaleParams, build_greyscale

SHAPE = (3, 4, 3)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def without_colour(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_greyscale(GreyscaleParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_a_tenth_of_the_images_lose_their_colours_by_default_and_the_others_are_left_alone():
    images = np.random.default_rng(0).random((COUNT, *SHAPE), np.float32)
    found = without_colour(images)
    grey = np.broadcast_to((images * [0.299, 0.587, 0.114]).sum(axis=3, keepdims=True), images.shape)
    changed = (found != images).any(axis=(1, 2, 3))
    assert 20 < changed.sum() < 65
    np.testing.assert_allclose(found[changed], grey[changed], atol=1e-6)


def test_white_stays_white():
    assert without_colour(np.ones((COUNT, *SHAPE)), probability=1.0).max() <= 1.0
