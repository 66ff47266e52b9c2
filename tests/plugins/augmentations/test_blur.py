"""The blur."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from sightkit import AugmentationTask, BuildError
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.blur import BlurParams, build_blur

SHAPE = (31, 33, 1)
COUNT = 60
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def blurred(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_blur(BlurParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


@pytest.mark.parametrize("sigma", [0.3, 1.0, 2.5])
def test_it_is_a_gaussian_of_the_given_width(sigma):
    images = np.random.default_rng(0).random((4, 31, 33, 3), np.float32)
    found = blurred(images, min_sigma=sigma, max_sigma=sigma, probability=1.0)
    expected = gaussian_filter(images, sigma, axes=(1, 2), mode="mirror", radius=int(np.ceil(3 * sigma)))
    np.testing.assert_allclose(found, expected, atol=1e-5)


def test_widths_are_drawn_evenly_for_each_image():
    images = np.zeros((COUNT, *SHAPE), np.float32)
    images[:, 15, 16] = 1.0
    found = blurred(images, min_sigma=1.0, max_sigma=3.0, probability=1.0)[..., 0]
    offsets = np.arange(31) - 15
    sigmas = np.sqrt((found.sum(axis=2) * offsets**2).sum(axis=1))
    assert 0.98 < sigmas.min() < 1.1
    assert 2.8 < sigmas.max() < 3.01


@given(size=st.tuples(st.integers(1, 9), st.integers(1, 9)), sigma=st.floats(0.05, 6.0))
@settings(max_examples=20, deadline=None)
def test_an_even_image_stays_even_however_small_it_is(size, sigma):
    images = np.full((2, *size, 1), 0.5, np.float32)
    found = blurred(images, min_sigma=0.05, max_sigma=sigma, probability=1.0)
    np.testing.assert_allclose(found, images, atol=1e-5)


def test_widths_in_the_wrong_order_are_refused():
    with pytest.raises(BuildError, match=r"blur: expected min_sigma <= max_sigma, found 2.0 and 1.0; exchange"):
        blurred(np.zeros((1, *SHAPE)), min_sigma=2.0, max_sigma=1.0)
