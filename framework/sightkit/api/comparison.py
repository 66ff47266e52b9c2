"""Comparing runs from Python."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.config.overrides import python_overrides
from sightkit.registry.registry import Registry
from sightkit.toml.problems import Problem

if TYPE_CHECKING:
    from sightkit.runs.comparing.result import Comparison
    from sightkit.runs.record.run import Run


def compare(
    runs: Sequence[Run | Path | str],
    *,
    split: str | None = None,
    metrics: Sequence[Mapping[str, Any]] | None = None,
    registry: Registry | None = None,
) -> Comparison:
    """Compare finished runs on the same images, from their stored predictions: scores, and whether they differ.

    Two runs differ in accuracy by McNemar's test, in any other metric by a paired bootstrap: both are scored on the
    same resamples. With more than two runs, the p-values of all pairs in a metric are corrected together, by Holm's
    method. What is compared are these models on images like these; another seed would have trained others.

    Args:
        runs: The runs or their folders, at least two.
        split: Which split; by default test images, or else validation or training images. Or the name of an evaluation
            of other data that all of them have, see `Run.evaluate`.
        metrics: Others than those of the first run, as in ``[[metrics]]``.
        registry: The plugins that metrics may come from; by default the built-in and the installed ones.

    Raises:
        ConfigError: fewer than two runs, one of them twice or not finished; other classes, other images or other labels
            of these.
        StorageError: a folder holds no run, or its predictions can't be read.
        PluginError: a metric failed.
    """
    from sightkit.runs.comparing.compare import compare_runs
    from sightkit.runs.record.run import Run

    problems: list[Problem] = []
    return compare_runs(
        [run if isinstance(run, Run) else Run(run) for run in runs],
        split=split,
        overrides=python_overrides({} if metrics is None else {"metrics": metrics}, problems),
        problems=problems,
        registry=registry,
    )
