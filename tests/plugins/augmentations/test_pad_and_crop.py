"""The random window of a padded image."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.pad_and_crop import PadAndCropParams, build_pad_and_crop

SHAPE = (10, 14, 1)
COUNT = 600
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def cropped(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_pad_and_crop(PadAndCropParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def test_it_is_a_window_of_the_padded_image_and_every_window_is_as_likely():
    image = np.random.default_rng(0).random(SHAPE, np.float32)
    padded = np.pad(image, [(2, 2), (2, 2), (0, 0)])
    windows = {padded[top : top + 10, left : left + 14].tobytes(): 0 for top in range(5) for left in range(5)}
    for found in cropped(np.broadcast_to(image, (COUNT, *SHAPE)), pixels=2):
        windows[found.tobytes()] += 1
    assert len(windows) == 25
    assert 8 < min(windows.values()) <= max(windows.values()) < 45


def test_the_border_may_be_a_reflection():
    image = np.random.default_rng(0).random(SHAPE, np.float32)
    padded = np.pad(image, [(2, 2), (2, 2), (0, 0)], mode="symmetric")
    windows = {padded[top : top + 10, left : left + 14].tobytes() for top in range(5) for left in range(5)}
    found = {each.tobytes() for each in cropped(np.broadcast_to(image, (COUNT, *SHAPE)), pixels=2, fill="reflect")}
    assert found == windows
