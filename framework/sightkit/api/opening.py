"""Opening a run that there is already."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.runs.record.run import Run


def open_run(run: Path | str, *, runs_dir: Path | str = "runs") -> Run:
    """Return a run: that in a folder, in whatever state it is, or the newest finished one of an experiment.

    Args:
        run: A folder, or the name of an experiment, as the command line takes them.
        runs_dir: Where the folders of experiments are, for a name.

    Raises:
        ConfigError: there is no such experiment, or no run of it has finished.
        StorageError: the folder holds no run.
    """
    from sightkit.runs.record.named import finished_run
    from sightkit.runs.record.run import Run

    return Run(run) if isinstance(run, Path) else finished_run(run, Path(runs_dir))
