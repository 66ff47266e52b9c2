"""The crop."""

from __future__ import annotations

import numpy as np
import tensorflow as tf

from sightkit import AugmentationTask
from sightkit.training.batches.augment import compose
from sightkit_plugins.augmentations.crop import CropParams, build_crop

SHAPE = (11, 21, 1)
COUNT = 300
SEEDS = tf.constant(np.stack([np.arange(COUNT), np.zeros(COUNT)], axis=1), tf.int32)


def windows(min_fraction: float) -> dict[str, np.ndarray]:
    """The edges of each window, read off images whose brightness is a coordinate, from 0 to 1."""
    task = AugmentationTask(image_shape=SHAPE, num_classes=2)
    crop = compose([build_crop(CropParams(min_fraction=min_fraction), task)], image_shape=SHAPE)
    across = np.broadcast_to(np.linspace(0, 1, 21, dtype=np.float32)[:, None], (COUNT, *SHAPE))
    down = np.broadcast_to(np.linspace(0, 1, 11, dtype=np.float32)[:, None, None], (COUNT, *SHAPE))
    across, down = (crop(tf.constant(images), tf.zeros((COUNT, 2)), SEEDS)[0].numpy() for images in (across, down))
    return {
        "left": across[:, 5, 0, 0],
        "right": across[:, 5, -1, 0],
        "top": down[:, 0, 10, 0],
        "bottom": down[:, -1, 10, 0],
    }


def test_windows_keep_the_aspect_ratio_and_are_of_every_size_down_to_the_smallest():
    edges = windows(0.5)
    width, height = edges["right"] - edges["left"], edges["bottom"] - edges["top"]
    np.testing.assert_allclose(width, height, atol=1e-4)
    assert 0.5 - 1e-4 <= width.min() < 0.52
    assert 0.98 < width.max() <= 1.0


def test_windows_lie_anywhere_inside_the_image():
    edges = windows(0.5)
    assert min(edges["left"].min(), edges["top"].min()) >= 0
    assert max(edges["right"].max(), edges["bottom"].max()) <= 1
    room = 1 - (edges["right"] - edges["left"])
    place = (edges["left"] / room)[room > 0.1], (edges["top"] / room)[room > 0.1]
    for fractions in place:
        assert fractions.min() < 0.05
        assert fractions.max() > 0.95
    assert abs(np.corrcoef(*place)[0, 1]) < 0.2


def test_nothing_black_comes_in_at_the_edges():
    task = AugmentationTask(image_shape=SHAPE, num_classes=2)
    crop = compose([build_crop(CropParams(min_fraction=0.3), task)], image_shape=SHAPE)
    white = crop(tf.ones((COUNT, *SHAPE)), tf.zeros((COUNT, 2)), SEEDS)[0]
    np.testing.assert_allclose(white, 1.0, atol=1e-6)
