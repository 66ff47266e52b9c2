"""A tiny experiment that trains in a second, and can be left anywhere."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import pytest

import sightkit
from interruptions import KilledError, Watcher

EXPERIMENT: dict[str, Any] = {
    "name": "tiny",
    "split": {"validation": 0.2, "test": 0.2},
    "architecture": {"use": "basic-cnn", "filters": [4]},
    "optimizer": {"use": "adam", "learning_rate": 0.01},
    "training": {"epochs": 3, "batch_size": 10},
    "metrics": [],
    "reports": [],
}


@pytest.fixture
def one_step_a_call(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sightkit.training.loop.pace.SECONDS_PER_CALL", 0.0)


@pytest.fixture(scope="session")
def source() -> sightkit.ArraySource:
    """Noise, brighter in one class than in the other: 90 images, 6 steps an epoch."""
    generator = np.random.default_rng(0)
    labels = np.arange(90) % 3
    images = generator.integers(0, 150, (90, 8, 8), dtype=np.uint8) + 30 * labels[:, np.newaxis, np.newaxis]
    return sightkit.ArraySource(images.astype(np.uint8), labels, classes=["dark", "dim", "light"])


@pytest.fixture
def load(source: sightkit.ArraySource) -> Callable[..., sightkit.Experiment]:
    """Load the tiny experiment with other values; a double underscore stands for a dot."""

    def load(registry: sightkit.Registry | None = None, **changes: Any) -> sightkit.Experiment:
        overrides = {key.replace("__", "."): value for key, value in changes.items()}
        return sightkit.load(EXPERIMENT, dataset=source, registry=registry).override(overrides)

    return load


@pytest.fixture
def leave(tmp_path: Path) -> Iterator[Callable[..., Path]]:
    """Run an experiment, or go on with it, up to a place, and return its folder."""

    def leave(experiment: sightkit.Experiment, watcher: Watcher) -> Path:
        expected = KilledError if watcher.end_at else sightkit.errors.InterruptedRunError
        with pytest.raises(expected):
            experiment.run(runs_dir=tmp_path, resume=True, display=watcher, stop=watcher.stop)
        return max((tmp_path / experiment.settings.name).iterdir())

    return leave


Finish: TypeAlias = Callable[..., sightkit.Run]


@pytest.fixture(scope="session")
def trained(source: sightkit.ArraySource, tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Train the tiny experiment with other values once a session, and return the run's folder, which stays as it is."""
    runs_dir, folders = tmp_path_factory.mktemp("trained"), dict[str, Path]()

    def train(**changes: Any) -> Path:
        key = repr(sorted(changes.items()))
        if key not in folders:
            overrides = {name.replace("__", "."): value for name, value in changes.items()}
            folders[key] = sightkit.load(EXPERIMENT, dataset=source).override(overrides).run(runs_dir=runs_dir).path
        return folders[key]

    return train


@pytest.fixture
def finish(trained: Callable[..., Path], tmp_path: Path) -> Finish:
    """Return a finished run of the tiny experiment in a folder of the test's own, in which anything may be changed."""

    def copied(name: str = "", **changes: Any) -> sightkit.Run:
        folder = trained(**changes)
        return sightkit.Run(shutil.copytree(folder, tmp_path / (name or folder.name)))

    return copied
