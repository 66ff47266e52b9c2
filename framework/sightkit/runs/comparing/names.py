"""Short names for runs that are looked at together, no two of them the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.runs.record.run import Run


def short_names(runs: Sequence[Run]) -> list[str]:
    """Return the name of each run's experiment, with more behind it where others have it too: a seed, an id, a path."""
    experiments = [str(run.manifest["experiment"]) for run in runs]
    alike = Counter(experiments)
    told = [apart([run for run, name in zip(runs, experiments, strict=True) if name == each]) for each in experiments]
    return [
        name if alike[name] == 1 else f"{name} {way(run)}"
        for run, name, way in zip(runs, experiments, told, strict=True)
    ]


def apart(runs: Sequence[Run]) -> Callable[[Run], str]:
    """Return the shortest way of telling some runs of one experiment apart."""
    ways: list[Callable[[Run], str]] = [
        lambda run: f"seed {run.manifest['seed']}",
        lambda run: run.path.name.rpartition("-")[2],
        lambda run: run.path.name,
        lambda run: str(run.path),
    ]
    return next(way for way in ways if way is ways[-1] or len({way(run) for run in runs}) == len(runs))
