"""Journal: what happens in a run, one JSON object a line, for whoever watches several of them."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import Field

from sightkit import Extension, ExtensionTask, Params, Run, Score, hookimpl

if TYPE_CHECKING:
    import keras

    from sightkit_lab._weight_norm import WeightNorm


class JournalParams(Params):
    """Parameters of ``[[extensions]] use = "journal"``."""

    file: Path | None = Field(None, description="The file that lines are added to; by default one in the run's folder.")


class Journal:
    """What is built for a run; its marked methods are run hooks."""

    def __init__(self, params: JournalParams) -> None:
        self.file = params.file
        self.seconds = 0.0
        self.norm: WeightNorm | None = None

    def state(self) -> dict[str, float]:
        """Return what a checkpoint keeps: a resumed run goes on counting."""
        return {"seconds": self.seconds}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from what `state` returned."""
        self.seconds = state["seconds"]

    @hookimpl
    def sightkit_callbacks(self) -> list[keras.callbacks.Callback]:
        """Offer the callback that measures the weights; called anew for each stage."""
        from sightkit_lab._weight_norm import WeightNorm

        self.norm = WeightNorm()
        return [self.norm]

    @hookimpl
    def sightkit_epoch_ended(self, run: Run, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the row of history.csv, the training time so far in seconds, and the length of the weights."""
        self.seconds += logs["seconds"]
        norm = self.norm.value if self.norm else math.nan
        self.write(run, "epoch", {**logs, "epoch": epoch, "seconds": self.seconds, "weight_norm": norm})

    @hookimpl
    def sightkit_evaluated(self, run: Run, split: str, scores: Mapping[str, Score]) -> None:
        """Write the scores of a split."""
        self.write(run, "scores", {"split": split, **{name: score.value for name, score in scores.items()}})

    @hookimpl
    def sightkit_run_finished(self, run: Run) -> None:
        """Write that the run finished."""
        self.write(run, "finished", {"seconds": self.seconds})

    @hookimpl
    def sightkit_run_failed(self, run: Run, error: BaseException) -> None:
        """Write what ended the run."""
        self.write(run, "failed", {"seconds": self.seconds, "error": f"{type(error).__name__}: {error}"})

    def write(self, run: Run, event: str, facts: Mapping[str, Any]) -> None:
        """Add a line; in one piece, so that runs at the same time may share a file."""
        facts = {name: None if is_no_number(fact) else fact for name, fact in facts.items()}
        line = json.dumps({"run": str(run.path), "event": event, **facts}) + "\n"
        with (self.file or run.path / "journal.jsonl").open("ab", buffering=0) as file:
            file.write(line.encode())


def is_no_number(fact: Any) -> bool:
    """Say whether a fact is a number that JSON has no word for: ``nan`` or an infinity."""
    return isinstance(fact, float) and not math.isfinite(fact)


def build_journal(params: JournalParams, _task: ExtensionTask) -> Journal:
    """Return the object whose hooks are called."""
    return Journal(params)


@hookimpl
def sightkit_extensions() -> list[Extension[JournalParams]]:
    """Offer the journal."""
    return [
        Extension(
            name="journal",
            summary="What happens in a run, as lines of JSON.",
            params=JournalParams,
            build=build_journal,
        )
    ]
