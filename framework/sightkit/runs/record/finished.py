"""Whether a run has come to its end, for those who judge it, ask it, compare it or go on with it."""

from __future__ import annotations

import shlex
from contextlib import suppress
from pathlib import Path

from sightkit.errors import ConfigError, StorageError
from sightkit.paths import short
from sightkit.runs.record.folder import MANIFEST
from sightkit.runs.record.run import Run

ENDED = {"running": "is still running", "interrupted": "was interrupted", "failed": "failed"}
"""What is said of a run in each state but the one that is wanted."""


def refuse_unfinished(run: Run) -> None:
    """Refuse a run that is not trained to its end.

    Raises:
        ConfigError: its state, and what to do.
    """
    state = run.state
    if state != "finished":
        path = short(run.path)
        message = f"{path}: expected a run that has finished, found one that {ENDED.get(state, f'is {state}')}"
        if state != "running":
            message += f"; to go on with it: sightkit resume {shlex.quote(path)}"
        raise ConfigError(message)


def unfinished_run(folder: Path) -> Path | None:
    """Return the newest run in the folder of an experiment's runs that can go on, if there is one.

    One that failed before its first checkpoint can't: there is nothing to go on with, and its cause has to be mended.
    """
    for path in sorted(folder.glob(f"*/{MANIFEST}"), reverse=True):
        with suppress(StorageError):  # what is damaged is no run any more, and others may be whole
            state = Run(path.parent).state
            if state != "finished" and (state != "failed" or any(path.parent.glob("checkpoints/*.safetensors"))):
                return path.parent
    return None
