"""PreparedData: what it says of the training split, and digests that notice a change."""

from __future__ import annotations

import dataclasses

import numpy as np

from sightkit.images import PreparedData, prepared


def data(count=50, *, shape=(6, 7, 3)):
    rng = np.random.default_rng(0)
    return PreparedData(
        classes=("cat", "dog"),
        ids=tuple(map(str, range(count))),
        labels=rng.integers(0, 2, count),
        images=rng.integers(0, 256, (count, *shape), dtype=np.uint8),
        splits={"train": np.arange(0, count, 2), "test": np.arange(1, count, 2)},
        fingerprint="f00d",
        licence=None,
        citation=None,
    )


def test_channel_statistics_are_those_of_the_training_images_alone():
    example = data()
    train = example.images[::2].astype(np.float64) / 255
    mean, std = example.channel_statistics()
    np.testing.assert_allclose(mean, train.mean((0, 1, 2)), rtol=1e-12)
    np.testing.assert_allclose(std, train.std((0, 1, 2)), rtol=1e-12)


def test_channel_statistics_of_many_chunks_are_those_of_one(monkeypatch):
    example = data()
    whole = example.channel_statistics()
    monkeypatch.setattr(prepared, "CHUNK_BYTES", 1_000)
    assert example.channel_statistics() == whole


def test_white_images_have_mean_one_and_no_deviation():
    white = dataclasses.replace(data(), images=np.full((50, 300, 300, 1), 255, np.uint8))
    assert white.channel_statistics() == ((1.0,), (0.0,))


def test_split_digests_notice_a_moved_image_and_a_changed_label():
    example = data()
    digests = example.split_digests()
    assert digests.keys() == {"train", "test"}
    moved = dataclasses.replace(example, splits={"train": np.arange(0, 48, 2), "test": example.splits["test"]})
    assert moved.split_digests()["train"] != digests["train"]
    assert moved.split_digests()["test"] == digests["test"]
    labels = example.labels.copy()
    labels[1] ^= 1
    relabelled = dataclasses.replace(example, labels=labels).split_digests()
    assert (relabelled["train"] == digests["train"], relabelled["test"] == digests["test"]) == (True, False)
