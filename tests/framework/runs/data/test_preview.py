"""A preview shows what training feeds: the same images, seeds and batches."""

from __future__ import annotations

import numpy as np
import pytest

import sightkit
from sightkit.runs.building.parts import build_parts
from sightkit.runs.building.stages import build_plan
from sightkit.runs.data.preview import EPOCHS, IMAGES, augmented_pictures, draw_preview, soft_label
from sightkit.training.devices.replicas import Replicas


def experiment(*augmentations: dict, **training) -> sightkit.api.Experiment:
    return sightkit.load(
        {
            "dataset": {"use": "digits"},
            "architecture": {"use": "basic-cnn", "filters": [4]},
            "augmentations": list(augmentations),
            "training": {"batch_size": 100, **training},
        }
    )


def as_fed(parts, plan, epoch) -> dict[int, np.ndarray]:
    """What training makes of each image in an epoch, float32 in [0, 1]; the first time, if it comes several times."""
    import tensorflow as tf

    data, fed = plan.data, {}
    for batches in plan.epoch(epoch):
        for rows, seeds in zip(batches.rows.astype(np.int64), batches.seeds, strict=True):
            images = tf.cast(data.images[rows], tf.float32) / 255.0
            images, _ = parts.augment(images, tf.one_hot(data.labels[rows], data.num_classes), seeds)
            for row, image in zip(rows.tolist(), images.numpy(), strict=True):
                fed.setdefault(row, image)
    return fed


@pytest.mark.parametrize(
    ("augmentations", "sampling"),
    [([{"use": "rotate", "degrees": 90}, {"use": "noise"}], "shuffled"), ([{"use": "mixup"}], "balanced")],
)
def test_pictures_are_what_each_epoch_feeds(augmentations, sampling):
    loaded = experiment(*augmentations, sampling=sampling)
    data = loaded.prepare()
    parts = build_parts(loaded.settings, data, Replicas())
    plan = build_plan(loaded.settings, data)
    rows = plan.batch(0).rows[0][:IMAGES].astype(np.int64)
    pictures = augmented_pictures(loaded.settings, plan, rows)
    assert [len(each) for each in pictures] == [1 + EPOCHS] * IMAGES
    np.testing.assert_array_equal(np.stack([prepared.pixels for prepared, *_ in pictures]), data.images[rows])
    for epoch in (1, 4):
        fed = as_fed(parts, plan, epoch)
        for row, each in zip(rows.tolist(), pictures, strict=True):
            assert (each[epoch].pixels is None) == (row not in fed)
            if row in fed:
                np.testing.assert_allclose(each[epoch].pixels, fed[row] * 255, atol=0.51)


def test_mixed_labels_are_told():
    assert soft_label(np.array([0.3, 0.0, 0.7], np.float32), ("dog", "owl", "cat")) == ("0.7 cat", "0.3 dog")
    assert soft_label(np.array([0.0, 1.0], np.float32), ("dog", "owl")) == ("1.0 owl",)


def test_without_augmentations_prepared_images_are_shown():
    loaded = experiment()
    sheet = draw_preview(loaded.settings, loaded.prepare())
    assert len(np.unique(np.asarray(sheet))) > 10
