"""`evaluate`: a run judged again, from its stored predictions or on other data."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import ConfigError
from sightkit.registry.registry import Registry
from sightkit.runs.display import Display
from sightkit.runs.evaluating.other import evaluate_other
from sightkit.runs.evaluating.split import evaluate_split
from sightkit.runs.record.settings import settings_of

if TYPE_CHECKING:
    from sightkit.config.overrides import Override
    from sightkit.contracts import ImageSource
    from sightkit.runs.evaluating.result import Evaluation
    from sightkit.runs.record.run import Run
    from sightkit.toml.problems import Problem


def evaluate(
    run: Run,
    *,
    split: str | None = None,
    data: Path | ImageSource | None = None,
    name: str | None = None,
    skip_unknown: bool = False,
    skip_bad: bool = False,
    reports: bool = False,
    overrides: Sequence[Override] = (),
    problems: Sequence[Problem] = (),
    registry: Registry | None = None,
    cache: Path | None = None,
    display: Display | None = None,
) -> Evaluation:
    """Judge a run again; see `Run.evaluate`.

    Args:
        run: The run.
        split: Which split.
        data: Other images.
        name: What the evaluation of these is called.
        skip_unknown: Whether images of classes that the run doesn't know are left out.
        skip_bad: Whether images that can't be decoded are.
        reports: Whether the run's reports are written of other images, too.
        overrides: Other metrics, or reports if these are written.
        problems: What was wrong with the words of these.
        registry: The plugins that metrics and datasets may come from; by default the built-in and the installed ones.
        cache: Where prepared images are kept; ``None`` keeps nothing.
        display: Who watches; nobody by default.

    Raises:
        SightkitError: of a kind that says what went wrong.
    """
    registry = registry or Registry()
    tables = ("metrics", "reports") if reports else ("metrics",)
    settings = settings_of(run.path, tables, registry=registry, overrides=overrides, problems=problems)
    if reports and not settings.reports:
        message = "--reports: this run's experiment names no reports; add -s 'reports=[{use = \"html\"}]'"
        raise ConfigError(message)
    if data is None:
        if name is not None or skip_unknown or skip_bad:
            message = "--name, --skip-unknown and --skip-bad are for other data than the run's own: --data OTHER"
            raise ConfigError(message)
        if reports:
            message = (
                "--reports is for other data than the run's own, --data OTHER; sightkit report makes the run's own"
            )
            raise ConfigError(message)
        return evaluate_split(run, split, settings, own=not overrides)
    return evaluate_other(
        run,
        data,
        settings,
        registry=registry,
        cache=cache,
        display=display or Display(),
        split=split,
        name=name,
        skip_unknown=skip_unknown,
        skip_bad=skip_bad,
    )
