"""The zoom."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from sightkit import AugmentationTask, BuildError
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.zoom import ZoomParams, build_zoom

SHAPE = (21, 21, 1)
COUNT = 300
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def zoomed(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_zoom(ZoomParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def factors(**params) -> np.ndarray:
    """How much larger things became, read off images whose brightness is a coordinate."""
    images = np.broadcast_to(np.linspace(0, 1, 21)[:, None], (COUNT, *SHAPE))
    found = zoomed(images, **params)
    return 0.1 / (found[:, 10, 11, 0] - found[:, 10, 9, 0])


def test_things_become_as_large_as_the_factors_say_evenly():
    found = factors(min_factor=0.5, max_factor=1.5)
    assert 0.499 < found.min() < 0.52
    assert 1.48 < found.max() < 1.501
    assert abs(found.mean() - 1.0) < 0.06


def test_the_centre_stays():
    images = np.zeros((COUNT, *SHAPE), np.float32)
    images[:, 10, 10] = 1.0
    np.testing.assert_allclose(zoomed(images)[:, 10, 10], 1.0, atol=1e-4)


def test_the_fill_decides_what_is_around_a_smaller_image():
    white = np.ones((COUNT, *SHAPE), np.float32)
    assert zoomed(white, min_factor=0.4, max_factor=0.5)[:, 0, 0].max() == 0.0
    assert zoomed(white, min_factor=0.4, max_factor=0.5, fill="reflect").min() == 1.0


def test_factors_in_the_wrong_order_are_refused():
    with pytest.raises(BuildError, match=r"zoom: expected min_factor < max_factor, found 1.2 and 1.1; exchange"):
        zoomed(np.zeros((1, *SHAPE)), min_factor=1.2, max_factor=1.1)
