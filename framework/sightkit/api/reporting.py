"""Making the reports of a finished run again, from what it stored and, where they are still there, its images."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.api.experiment import Experiment
from sightkit.api.loading import load
from sightkit.contracts import ArchitectureTask, ImageSource, Network
from sightkit.errors import ArtefactError, DataError, SightkitError, StorageError
from sightkit.experiment.in_memory import IN_MEMORY
from sightkit.registry.registry import Registry
from sightkit.runs.display import Display
from sightkit.runs.record.folder import RESOLVED, only_writer
from sightkit.runs.record.manifest import HIDDEN
from sightkit.runs.record.run import Run
from sightkit.runs.record.unchanged import refuse_other_data, stored_experiment

if TYPE_CHECKING:
    import keras

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
        ConfigError: a component that the run names is not there any more.
        PluginError: a report failed.
    """
    from sightkit.runs.judging.judge import write_reports
    from sightkit.runs.judging.report_task import report_task

    run = run if isinstance(run, Run) else Run(run)
    display = display or Display()
    predictions = run.predictions
    if not predictions:
        message = f"{run.path / 'predictions'}: no predictions here; a run makes them once it is trained: let it finish"
        raise StorageError(message)
    experiment = stored(run, dataset=dataset, registry=registry)
    settings = experiment.settings
    with only_writer(run.path):
        data = images_of(run, experiment, cache_dir=cache_dir, display=display)

        @cache
        def model() -> keras.Model | None:
            display.building(settings.training)
            try:
                return run.model
            except ArtefactError as error:
                display.warn(f"reports are made without the model: {error}")
                return None

        task = report_task(run, data=data, model=model, warn=display.warn)
        folder = run.path / "reports"
        display.reported(write_reports(settings, task, predictions, folder))
    return run.reports


class NoLongerInMemory(ImageSource):
    """Stands for images that were in memory when a run was made; it is never read."""

    def read(self, index: int) -> Path:
        """Refuse."""
        raise NotImplementedError


def no_longer_in_memory(_: ArchitectureTask) -> Network:
    """Stand for an architecture that was in memory when a run was made; it is never built."""
    raise NotImplementedError


def stored(run: Run, *, dataset: ImageSource | None, registry: Registry | None) -> Experiment:
    """Return the experiment of a run; what was in memory is stood in for where nobody hands it over."""
    named = stored_experiment(run.path)
    if named["dataset"]["use"] == IN_MEMORY:
        dataset = dataset or NoLongerInMemory()
    architecture = no_longer_in_memory if named["architecture"]["use"] == IN_MEMORY else None
    return load(run.path / RESOLVED, dataset=dataset, architecture=architecture, registry=registry)


def images_of(
    run: Run, experiment: Experiment, *, cache_dir: Path | str | None, display: Display
) -> PreparedData | None:
    """Return the images of a run if they can still be had; else the display is told why not."""
    try:
        refuse_unknown(run, experiment)
        data = experiment.prepare(cache_dir=cache_dir, display=display)
        refuse_other_data(run.path, data)
    except SightkitError as error:
        display.warn(f"reports are made without pictures: {error}")
        return None
    return data


def refuse_unknown(run: Run, experiment: Experiment) -> None:
    """Refuse to read images of which the run's folder doesn't say what they were.

    Raises:
        DataError: they were in memory, or a secret of their dataset was not written down.
    """
    if isinstance(experiment.source, NoLongerInMemory):
        message = "its images were in memory; sightkit.report(run, dataset=...) takes them"
        raise DataError(message)
    if f'"{HIDDEN}"' in json.dumps(stored_experiment(run.path)["dataset"]):
        message = "a secret of its dataset was not written down"
        raise DataError(message)
