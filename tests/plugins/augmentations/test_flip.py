"""The flip."""

from __future__ import annotations

import numpy as np
import pytest
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.flip import FlipParams, build_flip

SHAPE = (5, 8, 2)
IMAGES = np.random.default_rng(0).random((200, *SHAPE), np.float32)
SEEDS = np.stack([np.arange(200), np.zeros(200)], axis=1).astype(np.int32)


def flipped(**params):
    transform = build_flip(FlipParams(**params), AugmentationTask(image_shape=SHAPE, num_classes=2))
    return compose([transform], image_shape=SHAPE)(tf.constant(IMAGES), tf.zeros((200, 2)), tf.constant(SEEDS))[0]


@pytest.mark.parametrize(
    ("params", "expected"),
    [
        ({}, IMAGES[:, :, ::-1]),
        ({"horizontal": False, "vertical": True}, IMAGES[:, ::-1]),
        ({"vertical": True}, IMAGES[:, ::-1, ::-1]),
        ({"horizontal": False}, IMAGES),
    ],
)
def test_a_certain_flip_mirrors_every_image_exactly(params, expected):
    np.testing.assert_array_equal(flipped(**params, probability=1.0), expected)


def test_about_half_of_the_images_are_mirrored_and_the_others_left_alone():
    images = flipped().numpy()
    mirrored = (images == IMAGES[:, :, ::-1]).all(axis=(1, 2, 3))
    same = (images == IMAGES).all(axis=(1, 2, 3))
    assert (mirrored ^ same).all()
    assert 70 < mirrored.sum() < 130


def test_the_two_directions_are_drawn_independently():
    images = flipped(vertical=True).numpy()
    outcomes = {
        (across, down): int((images == IMAGES[:, ::down, ::across]).all(axis=(1, 2, 3)).sum())
        for across in (1, -1)
        for down in (1, -1)
    }
    assert sum(outcomes.values()) == 200
    assert min(outcomes.values()) > 25


def test_a_flip_of_probability_zero_changes_nothing():
    np.testing.assert_array_equal(flipped(vertical=True, probability=0.0), IMAGES)
