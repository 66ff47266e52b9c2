"""A host that changes its working directory, or has lost it: what it named before means what it meant then."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
import pytest

import sightkit

SMALL = {
    "name": "small",
    "architecture": {"use": "basic-cnn", "filters": [2]},
    "training": {"epochs": 2, "batch_size": 32},
    "reports": [{"use": "confusion-matrix"}],
}


@pytest.fixture
def away(tmp_path: Path) -> Path:
    """A folder that nothing belongs into."""
    folder = tmp_path / "away"
    folder.mkdir()
    return folder


@pytest.fixture
def home_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory at the beginning."""
    folder = tmp_path / "host"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


def test_a_loop_may_change_the_directory_and_the_run_stays_where_it_began(home_folder: Path, away: Path) -> None:
    images = np.arange(64 * 36, dtype=np.uint8).reshape(64, 6, 6)
    source = sightkit.ArraySource(images, np.arange(64) % 2, classes=["even", "odd"])
    experiment = sightkit.load(SMALL, dataset=source)
    for epoch in experiment.epochs(runs_dir="runs", cache_dir="cache"):
        os.chdir(away)
        run = epoch.run
    assert not any(away.iterdir())
    assert run.path.parent == home_folder / "runs" / "small"
    assert run.state == "finished"
    assert run.scores["test"]["accuracy"]["value"] >= 0
    assert {each.name for each in home_folder.iterdir()} == {"cache", "runs"}


def test_what_was_opened_by_a_relative_path_is_found_from_elsewhere(
    home_folder: Path, away: Path, finished: sightkit.Run
) -> None:
    shutil.copytree(finished.path, home_folder / "runs" / "pictures" / "1")
    opened = [
        sightkit.open_run(Path("runs/pictures/1")),
        sightkit.open_run("pictures"),
        sightkit.Run("runs/pictures/1"),
    ]
    os.chdir(away)
    assert all(run.scores == finished.scores for run in opened)


def test_relative_paths_of_an_experiment_start_where_it_was_loaded(
    home_folder: Path, away: Path, pictures: Path
) -> None:
    shutil.copytree(pictures, home_folder / "pictures")
    loaded = sightkit.load({"dataset": {"use": "image-folder", "path": "pictures"}})
    overridden = sightkit.load("digits").override({"dataset": {"use": "image-folder", "path": "pictures"}})
    Path("file.toml").write_text('[dataset]\nuse = "image-folder"\npath = "pictures"\n')
    read = sightkit.load("file.toml")
    os.chdir(away)
    for experiment in (loaded, overridden, read):
        assert experiment.settings.dataset.params.path == home_folder / "pictures"
    assert len(loaded.prepare(cache_dir=home_folder / "cache").ids) == 150


def test_registries_are_read_where_they_were_named(home_folder: Path, away: Path) -> None:
    Path("registry.toml").write_text("api = 1\n[plugins.flip]\nenabled = false\n")
    named = [
        sightkit.Registry(extra=["registry.toml"]),
        sightkit.Registry(user="registry.toml"),
        sightkit.Registry(project="registry.toml"),
    ]
    os.chdir(away)
    for registry in named:
        with pytest.raises(sightkit.ConfigError, match="enabled = false"):
            sightkit.load({"dataset": {"use": "digits"}, "augmentations": [{"use": "flip"}]}, registry=registry).check()


def test_without_a_working_directory_only_what_starts_from_it_is_refused(
    home_folder: Path, finished: sightkit.Run
) -> None:
    experiment = sightkit.load({"dataset": {"use": "digits"}})
    home_folder.rmdir()
    for refused in (
        lambda: sightkit.load({"dataset": {"use": "digits"}}),
        lambda: experiment.override({"seed": 1}),
        experiment.run,
        lambda: sightkit.open_run(Path("runs")),
        lambda: sightkit.Registry(extra=["registry.toml"]),
    ):
        with pytest.raises(sightkit.StorageError, match="working directory does not exist any more; change to another"):
            refused()
    experiment.check()
    assert sightkit.open_run(finished.path).state == "finished"
