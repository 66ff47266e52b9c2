"""Evaluations of other data in a run's folder: ``evaluations/NAME/`` with predictions, scores and what they are of."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from sightkit.errors import ConfigError

FOLDER = "evaluations"
ABOUT, PREDICTIONS, SCORES, REPORTS = "evaluation.json", "predictions.npz", "scores.json", "reports"


def kept_evaluations(run: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """Yield the folder of each complete evaluation and what it says of itself."""
    for file in sorted((run / FOLDER).glob(f"*/{ABOUT}")):
        try:
            about = json.loads(file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue  # damaged, and so none
        if isinstance(about, dict):
            yield file.parent, about


def same_evaluation(run: Path, identity: Mapping[str, Any], *, name: str | None) -> Path | None:
    """Return the folder of an evaluation of the same images by the same model, if there is one.

    Args:
        run: The run's folder.
        identity: What says which images and which model.
        name: Only one of this name.
    """
    for folder, about in kept_evaluations(run):
        if about.get("identity") == identity and name in {None, folder.name}:
            return folder
    return None


def free_folder(run: Path, name: str | None, *, like: str) -> Path:
    """Return where a new evaluation goes; what was never completed there is in nobody's way.

    Args:
        run: The run's folder.
        name: What it shall be called.
        like: What it is called where nobody says it; with a number behind where that is taken.

    Raises:
        ConfigError: the name that is asked for is taken.
    """
    taken = {folder.name for folder, _ in kept_evaluations(run)}
    if name is None:
        candidates = (like if number == 1 else f"{like}-{number}" for number in range(1, len(taken) + 2))
        return run / FOLDER / next(each for each in candidates if each not in taken)
    if name in taken:
        message = f"{run / FOLDER / name}: this is an evaluation of other images; give the new one another --name"
        raise ConfigError(message)
    return run / FOLDER / name
