"""Runs that a test stops and ends wherever it wants to, and what came of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import sightkit
from sightkit.runs.display import Display

TIMES = ("seconds", "images_per_second")


class KilledError(BaseException):
    """Ends a run as a signal does that nobody handles: without a checkpoint of its own."""


@dataclass
class Watcher(Display):
    """Follows a run; ends it at a place, which is the stage, the epoch and the step, or the split that is judged.

    Attributes:
        stop_at: Where the run is asked to stop.
        end_at: Where it is ended without being asked.
        now: Where it is.
        warnings: What it was warned of.
        notes: What it noted.
    """

    stop_at: tuple[int, int, int] | None = None
    end_at: tuple[int, int, int] | str | None = None
    now: tuple[int, int, int] | None = None
    warnings: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def training(self, progress: Any) -> None:
        self.now = progress.stage, progress.epoch, progress.step
        if self.now == self.end_at:
            raise KilledError

    def judging(self, split: str) -> None:
        if split == self.end_at:
            raise KilledError

    def warn(self, message: str) -> None:
        self.warnings.append(message)

    def note(self, message: str) -> None:
        self.notes.append(message)

    def stop(self) -> bool:
        return self.now == self.stop_at


def results(run: sightkit.Run) -> dict[str, Any]:
    """Return all that must be the same, bit for bit, however often a run was interrupted."""
    from safetensors.numpy import load_file

    last = max((run.path / "checkpoints").glob("*.safetensors"))
    return {
        "model": run.manifest["model"],
        "history": plain(run.history),
        "predictions": {split: each.probabilities.tobytes() for split, each in run.predictions.items()},
        "scores": run.scores,
        "checkpoint": {name: value.tobytes() for name, value in load_file(last).items()},
        "step": last.name,
    }


def plain(history: list[dict[str, float]]) -> list[Mapping[str, float]]:
    """Return the rows without what a clock measured."""
    return [{key: value for key, value in row.items() if key not in TIMES} for row in history]
