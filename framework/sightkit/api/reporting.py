"""Making the reports of a finished run again, from what it stored and, where they are still there, its images."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.contracts import ImageSource
from sightkit.errors import DataError, SightkitError, StorageError
from sightkit.experiment.in_memory import IN_MEMORY
from sightkit.registry.registry import Registry
from sightkit.runs.data.cache import cache_folder
from sightkit.runs.display import Display
from sightkit.runs.record.folder import only_writer
from sightkit.runs.record.manifest import HIDDEN
from sightkit.runs.record.run import Run
from sightkit.runs.record.settings import settings_of
from sightkit.runs.record.unchanged import refuse_other_data, stored_experiment

if TYPE_CHECKING:
    from sightkit.images import PreparedData


def report(
    run: Run | Path | str,
    *,
    dataset: ImageSource | None = None,
    registry: Registry | None = None,
    cache_dir: Path | str | None = None,
    display: Display | None = None,
) -> list[Path]:
    """Make all reports of a run again, offline and at any time, and return the files in its ``reports/``.

    Everything comes from the run's folder: its predictions, scores, history, model. Only pictures of its images come
    from the prepared store or, where that is gone, from the dataset; where both are, or hold other images than those
    that the run was made with, reports do without pictures, and the display is told.

    Args:
        run: The run or its folder.
        dataset: Its images, if they were in memory.
        registry: The plugins that it may name; by default the built-in and the installed ones.
        cache_dir: Where prepared images are kept, see `Experiment.prepare`.
        display: Who watches; nobody by default.

    Raises:
        StorageError: the folder holds no run or no predictions, or another process is at work on it.
        ConfigError: a report that the run names is not there any more; no other component of it is needed.
        PluginError: a report failed.
    """
    from sightkit.runs.judging.judge import write_reports
    from sightkit.runs.judging.report_task import loading, report_task

    run = run if isinstance(run, Run) else Run(run)
    display = display or Display()
    registry = registry or Registry()
    predictions = run.predictions
    if not predictions:
        message = f"{run.path / 'predictions'}: no predictions here; a run makes them once it is trained: let it finish"
        raise StorageError(message)
    settings = settings_of(run.path, ("reports",), registry=registry)
    with only_writer(run.path):
        data = images_of(run, dataset, registry=registry, cache_dir=cache_dir, display=display)
        images, rows = (None, {}) if data is None else (data.images, data.splits)
        task = report_task(run, images=images, rows=rows, model=loading(run, display), warn=display.warn)
        display.reported(write_reports(settings, task, predictions, run.path / "reports"))
    return run.reports


def images_of(
    run: Run,
    dataset: ImageSource | None,
    *,
    registry: Registry,
    cache_dir: Path | str | None,
    display: Display,
) -> PreparedData | None:
    """Return the images of a run if they can still be had; else the display is told why not."""
    from sightkit.runs.data.prepare import prepare_data

    tables = ("dataset", "split") if dataset is None else ("split",)
    try:
        refuse_unknown(run, dataset)
        settings = settings_of(run.path, tables, registry=registry, dataset=dataset)
        cache = None if dataset is not None and cache_dir is None else cache_folder(cache_dir)
        data = prepare_data(settings, cache=cache, display=display)
        refuse_other_data(run.path, data)
    except SightkitError as error:
        display.warn(f"reports are made without pictures: {error}")
        return None
    return data


def refuse_unknown(run: Run, dataset: ImageSource | None) -> None:
    """Refuse to read images of which the run's folder doesn't say what they were.

    Raises:
        DataError: they were in memory, or a secret of their dataset was not written down.
    """
    if dataset is not None:
        return
    stored = stored_experiment(run.path)["dataset"]
    if stored["use"] == IN_MEMORY:
        message = "its images were in memory; sightkit.report(run, dataset=...) takes them"
        raise DataError(message)
    if f'"{HIDDEN}"' in json.dumps(stored):
        message = "a secret of its dataset was not written down"
        raise DataError(message)
