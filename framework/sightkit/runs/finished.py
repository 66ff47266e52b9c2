"""Whether a run has come to its end, for those who judge it, ask it or compare it."""

from __future__ import annotations

from sightkit.errors import ConfigError
from sightkit.runs.folder import Run


def refuse_unfinished(run: Run) -> None:
    """Refuse a run that is not trained to its end.

    Raises:
        ConfigError: its state, and what to do.
    """
    state = run.manifest.get("state")
    if state != "finished":
        message = f"{run.path}: expected a run that has finished, found one that is {state}"
        if state != "running":
            message += f"; to go on with it: sightkit resume {run.path}"
        raise ConfigError(message)
