"""Which run somebody means: a folder, or the name of an experiment, for its newest one that has finished."""

from __future__ import annotations

from pathlib import Path

from sightkit.errors import ConfigError
from sightkit.runs.record.folder import MANIFEST
from sightkit.runs.record.run import Run
from sightkit.toml.problems import did_you_mean


def finished_run(word: str, runs_dir: Path) -> Run:
    """Return the run in a folder, or the newest finished one of the experiment of that name.

    Raises:
        ConfigError: there is no such experiment, or no run of it has finished.
        StorageError: the folder holds no run.
    """
    if means_folder(word) or (word not in folders_of_experiments(runs_dir) and Path(word).is_dir()):
        return Run(word)
    folder = folder_of_experiment(word, runs_dir)
    runs = (Run(path.parent) for path in sorted(folder.glob(f"*/{MANIFEST}"), reverse=True))
    newest = next((run for run in runs if run.state == "finished"), None)
    if newest is None:
        message = f"{folder}: expected a run that has finished, found none; see sightkit resume"
        raise ConfigError(message)
    return newest


def means_folder(word: str) -> bool:
    """Say whether a word is the path of a run rather than the name of an experiment."""
    return "/" in word or "\\" in word or word in {".", ".."} or (Path(word) / MANIFEST).is_file()


def folders_of_experiments(runs_dir: Path) -> dict[str, Path]:
    """Return the folder with the runs of each experiment, by its name."""
    return {each.name: each for each in sorted(runs_dir.glob("*")) if each.is_dir()}


def folder_of_experiment(name: str, runs_dir: Path) -> Path:
    """Return the folder with the runs of an experiment.

    Raises:
        ConfigError: there is none of this name.
    """
    folders = folders_of_experiments(runs_dir)
    if name not in folders:
        message = (
            f"{name}: {runs_dir} has no runs of such an experiment; {did_you_mean(name, folders, otherwise='known')}"
        )
        raise ConfigError(message)
    return folders[name]
