"""MixUp."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from scipy import stats

from sightkit import AugmentationTask
from sightkit.training.augment import compose
from sightkit_plugins.augmentations.mixup import MixupParams, build_mixup

SHAPE = (3, 2, 1)


def seeds(count: int) -> np.ndarray:
    return np.stack([np.arange(count), np.zeros(count)], axis=1).astype(np.int32)


def mixed(images: np.ndarray, which: np.ndarray | None = None, labels: np.ndarray | None = None, **params):
    """Images and labels after it; a class of its own for every image unless told otherwise."""
    count = len(images)
    transform = build_mixup(MixupParams(**params), AugmentationTask(image_shape=SHAPE, num_classes=count))
    labels = np.eye(count, dtype=np.float32) if labels is None else labels
    augment = compose([transform], image_shape=SHAPE)
    found = augment(tf.constant(images, tf.float32), tf.constant(labels), seeds(count) if which is None else which)
    return tuple(each.numpy() for each in found)


def pictures(count: int) -> np.ndarray:
    return np.random.default_rng(0).random((count, *SHAPE), np.float32)


def test_an_image_alone_stays_as_it_is():
    images, labels = mixed(pictures(1))
    np.testing.assert_allclose(images, pictures(1), atol=1e-6)
    np.testing.assert_allclose(labels, [[1.0]], atol=1e-6)


def test_everyone_is_mixed_into_one_other_and_nobody_into_themselves():
    _, labels = mixed(pictures(50), alpha=100.0)
    others = labels - np.diag(np.diag(labels))
    assert (np.count_nonzero(others, axis=1) == 1).all()
    assert (np.count_nonzero(others, axis=0) == 1).all()


def test_partners_change_with_the_seeds():
    _, first = mixed(pictures(50), alpha=100.0)
    _, second = mixed(pictures(50), seeds(50) + 50, alpha=100.0)
    assert ((first > 0) != (second > 0)).sum() > 50


def test_the_order_of_the_batch_does_not_matter():
    order = np.random.default_rng(1).permutation(20)
    images, labels = mixed(pictures(20))
    other_images, other_labels = mixed(
        pictures(20)[order], seeds(20)[order], labels=np.eye(20, dtype=np.float32)[order]
    )
    np.testing.assert_allclose(other_images, images[order], atol=1e-6)
    np.testing.assert_allclose(other_labels, labels[order], atol=1e-6)


@pytest.mark.parametrize("alpha", [0.2, 1.0, 8.0])
def test_images_are_blended_as_their_labels_are(alpha):
    images, labels = mixed(pictures(40), alpha=alpha)
    np.testing.assert_allclose(images, np.tensordot(labels, pictures(40), 1), atol=1e-5)


@pytest.mark.parametrize("alpha", [0.01, 0.2, 1.0, 3.0, 100.0])
def test_shares_follow_the_beta_distribution(alpha):
    _, labels = mixed(pictures(3000), alpha=alpha)
    shares = np.diag(labels).astype(np.float64)
    assert np.isfinite(shares).all()
    # A share nearer to 0 or 1 than a float32 can be is 0 or 1.
    points = np.linspace(0.001, 0.999, 200)
    found = (shares[:, None] <= points).mean(axis=0)
    assert np.abs(found - stats.beta(alpha, alpha).cdf(points)).max() < 1.95 / np.sqrt(3000)
    assert abs(np.corrcoef(shares[:-1], shares[1:])[0, 1]) < 4 / np.sqrt(3000)
