"""What an experiment says of batches, memory and class weights reaches its training."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import sightkit
from sightkit import ConfigError

EXPERIMENT: dict[str, Any] = {
    "dataset": {"use": "digits"},
    "architecture": {"use": "basic-cnn", "filters": [4]},
    "training": {"epochs": 1, "batch_size": 100},
    "metrics": [],
    "reports": [],
}


def run(path: Path, **changes: Any) -> sightkit.Run:
    """Run the experiment with other values; a double underscore stands for a dot."""
    overrides = {key.replace("__", "."): value for key, value in changes.items()}
    return sightkit.load(EXPERIMENT).override(overrides).run(runs_dir=path)


def test_the_memory_that_training_may_use_changes_no_weight(tmp_path: Path) -> None:
    digests = {
        run(tmp_path, **changes).manifest["model"]["weights_sha256"]
        for changes in ({}, {"images__memory": 1e-9}, {"images__memory": 1e-9, "images__cache": "none"})
    }
    assert len(digests) == 1


def test_sampling_class_weights_and_drop_last_change_the_training(tmp_path: Path) -> None:
    keys = {"sampling": "balanced", "class_weights": {"0": 3.0}, "drop_last": True, "monitor": "loss"}
    weights = [run(tmp_path, **{f"training__{key}": value}) for key, value in keys.items()]
    assert len({each.manifest["model"]["weights_sha256"] for each in weights}) == 4


def test_class_weights_say_which_classes_are_learned(tmp_path: Path) -> None:
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8), dtype=np.uint8)
    source = sightkit.ArraySource(images, np.arange(200) % 2, classes=["cat", "dog"])
    values = {**EXPERIMENT, "optimizer": {"learning_rate": 0.05}}
    del values["dataset"]
    shares = [
        sightkit.load(values | {"training": {"epochs": 5, "class_weights": weights}}, dataset=source)
        .run(runs_dir=tmp_path)
        .predictions["train"]
        .probabilities[:, 1]
        .mean()
        for weights in ({"cat": 0.1}, {"dog": 0.1})
    ]
    assert shares[0] > 0.7
    assert shares[1] < 0.3


def test_a_weight_for_no_class_is_told_before_training(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r'^training\.class_weights: expected names of classes, found others: "10": '):
        run(tmp_path, training__class_weights={"10": 2.0})


def test_a_batch_larger_than_the_split_cannot_be_the_last_one_to_be_dropped(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"^training\.drop_last: the training split has 1,\d+ images, and a batch is"):
        run(tmp_path, training__drop_last=True, training__batch_size=1797)
