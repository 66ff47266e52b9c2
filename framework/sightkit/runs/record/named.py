"""Which finished run somebody means: a folder, or the name of an experiment, for its newest one."""

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
    if "/" in word or "\\" in word or word in {".", ".."} or (Path(word) / MANIFEST).is_file():
        return Run(word)
    experiments = {each.name: each for each in sorted(runs_dir.glob("*")) if each.is_dir()}
    if word not in experiments and Path(word).is_dir():
        return Run(word)
    if word not in experiments:
        remedy = did_you_mean(word, experiments, otherwise="known")
        message = f"{word}: {runs_dir} has no runs of such an experiment; {remedy}"
        raise ConfigError(message)
    runs = (Run(path.parent) for path in sorted(experiments[word].glob(f"*/{MANIFEST}"), reverse=True))
    newest = next((run for run in runs if run.state == "finished"), None)
    if newest is None:
        message = f"{experiments[word]}: expected a run that has finished, found none; see sightkit resume"
        raise ConfigError(message)
    return newest
