"""The noise."""

from __future__ import annotations

import numpy as np
import tensorflow as tf
from scipy import stats

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.noise import NoiseParams, build_noise

SHAPE = (20, 15, 3)
COUNT = 200
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def noisy(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_noise(NoiseParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_it_is_normal_of_the_given_deviation_and_every_value_draws_its_own():
    noise = (noisy(np.full((COUNT, *SHAPE), 0.5), deviation=0.05) - 0.5) / 0.05
    assert stats.kstest(noise.ravel(), "norm").statistic < 2.0 / np.sqrt(noise.size)
    assert abs(noise.mean()) < 0.01
    assert abs(noise.std() - 1.0) < 0.01
    for first, second in (
        (noise[:-1], noise[1:]),
        (noise[:, :-1], noise[:, 1:]),
        (noise[:, :, :-1], noise[:, :, 1:]),
        (noise[..., 0], noise[..., 1]),
        (noise[:, :10], noise[:, 10:]),
    ):
        assert abs(np.corrcoef(first.ravel(), second.ravel())[0, 1]) < 4 / np.sqrt(first.size)
