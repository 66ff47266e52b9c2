"""CutMix and MixUp: what holds of all that mixes images, and what is true of one of them."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import stats

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.cutmix import CutmixParams, build_cutmix
from sightkit_plugins.augmentations.mixup import MixupParams, build_mixup

SHAPE = (12, 20, 1)
SMALL = (3, 2, 1)


def seeds(count: int) -> np.ndarray:
    return np.stack([np.arange(count), np.zeros(count)], axis=1).astype(np.int32)


def mixed(transform, images: np.ndarray, which: np.ndarray | None = None, labels: np.ndarray | None = None):
    """Images and labels after it; a class of its own for every image unless told otherwise."""
    count, *shape = images.shape
    labels = np.eye(count, dtype=np.float32) if labels is None else labels
    augment = compose([transform], image_shape=tuple(shape))
    found = augment(tf.constant(images, tf.float32), tf.constant(labels), seeds(count) if which is None else which)
    return tuple(each.numpy() for each in found)


def cutmix(*, shape: tuple[int, int, int] = SHAPE, **params):
    return build_cutmix(CutmixParams(**params), AugmentationTask(image_shape=shape, num_classes=2))


def mixup(*, shape: tuple[int, int, int] = SHAPE, **params):
    return build_mixup(MixupParams(**params), AugmentationTask(image_shape=shape, num_classes=2))


def pictures(count: int, shape: tuple[int, int, int] = SHAPE) -> np.ndarray:
    return np.random.default_rng(0).random((count, *shape), np.float32)


def flat(count: int) -> np.ndarray:
    """Images of one grey each, all different."""
    return np.broadcast_to(((np.arange(count) + 1) / (count + 1))[:, None, None, None], (count, *SHAPE))


both = pytest.mark.parametrize("build", [cutmix, mixup])


@both
def test_an_image_alone_stays_as_it_is(build):
    images, labels = mixed(build(), pictures(1))
    np.testing.assert_allclose(images, pictures(1), atol=1e-6)
    np.testing.assert_allclose(labels, [[1.0]], atol=1e-6)


@both
def test_everyone_is_mixed_into_one_other_and_nobody_into_themselves(build):
    _, labels = mixed(build(alpha=100.0), pictures(50))
    others = labels - np.diag(np.diag(labels))
    assert (np.count_nonzero(others, axis=1) == 1).all()
    assert (np.count_nonzero(others, axis=0) == 1).all()


@both
def test_partners_change_with_the_seeds(build):
    _, first = mixed(build(alpha=100.0), pictures(50))
    _, second = mixed(build(alpha=100.0), pictures(50), seeds(50) + 50)
    assert ((first > 0) != (second > 0)).sum() > 50


@both
def test_the_order_of_the_batch_does_not_matter(build):
    order = np.random.default_rng(1).permutation(20)
    images, labels = mixed(build(), pictures(20))
    other_images, other_labels = mixed(
        build(), pictures(20)[order], seeds(20)[order], labels=np.eye(20, dtype=np.float32)[order]
    )
    np.testing.assert_allclose(other_images, images[order], atol=1e-6)
    np.testing.assert_allclose(other_labels, labels[order], atol=1e-6)


@given(alpha=st.floats(0.05, 20.0), start=st.integers(0, 10**6))
@settings(max_examples=20, deadline=None)
def test_a_label_has_exactly_the_share_of_the_pixels_that_cutmix_leaves_to_be_seen(alpha, start):
    images, labels = mixed(cutmix(alpha=alpha), flat(30), seeds(30) + start)
    greys = flat(30)[:, 0, 0, 0].astype(np.float32)
    seen = (images[..., 0, None] == greys).mean(axis=(1, 2))
    np.testing.assert_allclose(labels, seen, atol=1e-6)


def test_what_cutmix_pastes_is_a_rectangle_in_its_place():
    images, labels = mixed(cutmix(), pictures(30))
    for row, image in enumerate(images):
        pasted = (image != pictures(30)[row])[..., 0]
        if pasted.any():
            other = np.argsort(labels[row] * (np.arange(30) != row))[-1]
            np.testing.assert_array_equal(image[pasted], pictures(30)[other][pasted])
            rows, columns = np.flatnonzero(pasted.any(axis=1)), np.flatnonzero(pasted.any(axis=0))
            assert pasted[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1].all()


def test_the_rectangles_of_cutmix_are_of_every_size_and_reach_every_place():
    images, labels = mixed(cutmix(), flat(400))
    shares = 1.0 - np.diag(labels)
    assert shares.min() < 0.02
    assert shares.max() > 0.7
    covered = (images != flat(400)).mean(axis=0)[..., 0]
    assert covered.min() > 0.1


@pytest.mark.parametrize("alpha", [0.2, 1.0, 8.0])
def test_mixup_blends_images_as_their_labels(alpha):
    images, labels = mixed(mixup(shape=SMALL, alpha=alpha), pictures(40, SMALL))
    np.testing.assert_allclose(images, np.tensordot(labels, pictures(40, SMALL), 1), atol=1e-5)


@pytest.mark.parametrize("alpha", [0.01, 0.2, 1.0, 3.0, 100.0])
def test_the_shares_of_mixup_follow_the_beta_distribution(alpha):
    _, labels = mixed(mixup(shape=SMALL, alpha=alpha), pictures(3000, SMALL))
    shares = np.diag(labels).astype(np.float64)
    assert np.isfinite(shares).all()
    # A share nearer to 0 or 1 than a float32 can be is 0 or 1.
    points = np.linspace(0.001, 0.999, 200)
    found = (shares[:, None] <= points).mean(axis=0)
    assert np.abs(found - stats.beta(alpha, alpha).cdf(points)).max() < 1.95 / np.sqrt(3000)
    assert abs(np.corrcoef(shares[:-1], shares[1:])[0, 1]) < 4 / np.sqrt(3000)
