"""The random erasing."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf
from hypothesis import given, settings
from hypothesis import strategies as st

from sightkit import AugmentationTask, BuildError
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.random_erasing import RandomErasingParams, build_random_erasing

SHAPE = (40, 60, 1)
COUNT = 400
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def erased(images: np.ndarray, **params) -> np.ndarray:
    task = AugmentationTask(image_shape=images.shape[1:], num_classes=2)
    transform = build_random_erasing(RandomErasingParams(**params), task)
    augment = compose([transform], image_shape=images.shape[1:])
    return augment(tf.constant(images, tf.float32), tf.zeros((len(images), 2)), SEEDS[: len(images)])[0].numpy()


def boxes(**params) -> np.ndarray:
    """Top, bottom, left and right of what was covered, a row an image; it must be a full rectangle."""
    found = erased(np.ones((COUNT, *SHAPE)), cover="black", probability=1.0, **params)[..., 0] == 0.0
    edges = []
    for covered in found:
        rows, columns = np.flatnonzero(covered.any(axis=1)), np.flatnonzero(covered.any(axis=0))
        edge = rows[0], rows[-1] + 1, columns[0], columns[-1] + 1
        assert covered[edge[0] : edge[1], edge[2] : edge[3]].all()
        edges.append(edge)
    return np.array(edges)


def test_one_rectangle_of_the_asked_for_area_and_shape_is_covered():
    top, bottom, left, right = boxes(min_area=0.1, max_area=0.3, max_aspect=2.0).T
    areas = (bottom - top) * (right - left) / 2400
    assert 0.09 < areas.min() < 0.115
    assert 0.28 < areas.max() < 0.31
    aspects = np.log2((right - left) / (bottom - top))
    assert -1.1 < aspects.min() < -0.9
    assert 0.9 < aspects.max() < 1.1
    assert abs(aspects.mean()) < 0.1


def test_rectangles_lie_anywhere():
    top, bottom, left, right = boxes(min_area=0.05, max_area=0.1).T
    assert (top.min(), left.min(), bottom.max(), right.max()) == (0, 0, 40, 60)
    assert abs((top + bottom).mean() - 40) < 3
    assert abs((left + right).mean() - 60) < 4


@given(size=st.tuples(st.integers(1, 9), st.integers(1, 9)), area=st.floats(0.01, 1.0))
@settings(max_examples=20, deadline=None)
def test_something_is_covered_however_small_the_image_is(size, area):
    found = erased(np.ones((4, *size, 1)), cover="black", probability=1.0, min_area=area, max_area=area)
    assert (found.min(axis=(1, 2, 3)) == 0.0).all()


@pytest.mark.parametrize(("cover", "values"), [("black", {0.0}), ("grey", {0.5})])
def test_it_is_covered_with_one_grey(cover, values):
    found = erased(np.ones((COUNT, *SHAPE)), cover=cover)
    assert set(np.unique(found)) == values | {1.0}


def test_noise_draws_every_value_anew_from_black_to_white():
    images = np.ones((100, 40, 40, 3))
    found = erased(images, cover="noise", min_area=1.0, max_area=1.0, max_aspect=1.0, probability=1.0)
    counts, _ = np.histogram(found, bins=10, range=(0, 1))
    assert counts.max() / counts.min() < 1.05
    assert abs(np.corrcoef(found[..., 0].ravel(), found[..., 1].ravel())[0, 1]) < 0.02
    assert abs(np.corrcoef(found[:-1].ravel(), found[1:].ravel())[0, 1]) < 0.02


def test_half_of_the_images_are_covered_by_default():
    found = erased(np.ones((COUNT, *SHAPE)))
    assert 160 < (found != 1.0).any(axis=(1, 2, 3)).sum() < 240


def test_areas_in_the_wrong_order_are_refused():
    with pytest.raises(BuildError, match=r"random-erasing: expected min_area <= max_area, found 0.3 and 0.2; exch"):
        boxes(min_area=0.3, max_area=0.2)
