"""What ran and on what: the parts of the page that are read from the run's record."""

from __future__ import annotations

import shlex
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import PurePath
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from sightkit import ReportTask

CASES = 20
"""How many cases of a finding are listed."""


@dataclass(frozen=True, kw_only=True)
class SplitCounts:
    """How many images a split has.

    Attributes:
        split: Its name.
        images: All of them.
        fewest: Of the smallest class.
        most: Of the largest class.
    """

    split: str
    images: int
    fewest: int
    most: int


def split_counts(data: Mapping[str, Any]) -> list[SplitCounts]:
    """Return the counts of each split, as data.json has them."""
    return [
        SplitCounts(split=split, images=sum(each), fewest=min(each), most=max(each))
        for split, each in data.get("images_per_class", {}).items()
        if each
    ]


def monitored(settings: str) -> str:
    """Return the metric that decided on the best epoch."""
    return str(tomllib.loads(settings).get("training", {}).get("monitor", "accuracy"))


def command_of(manifest: Mapping[str, Any]) -> str:
    """Return the command that was typed to start the run; empty where it was started in Python."""
    argv: Sequence[str] = [word for word in manifest.get("argv", ()) if word != "--debug"]
    typed = len(argv) > 2 and argv[1] == "run" and PurePath(argv[0]).stem in {"sightkit", "__main__"}
    return shlex.join(["sightkit", *argv[1:]]) if typed else ""


def seconds_of(task: ReportTask) -> float:
    """Return how long its epochs took, in seconds."""
    return sum(row.get("seconds", 0) for row in task.history)


def duration(seconds: float) -> str:
    """Return a duration as people say it: ``"41 s"``, ``"12 min"``, ``"3 h 20 min"``."""
    if seconds < 100:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 100 else f"{minutes // 60} h {minutes % 60} min"
