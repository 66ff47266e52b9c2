"""The data of an experiment: its dataset built, read, checked and divided."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.contracts import DatasetTask, ImageSource
from sightkit.errors import DataError
from sightkit.experiment import ExperimentSettings
from sightkit.runs.building.build import blaming
from sightkit.runs.data.maker import maker_of, paths_of
from sightkit.runs.display import Display
from sightkit.use import Use

if TYPE_CHECKING:
    from sightkit.images import PreparedData


def prepare_data(settings: ExperimentSettings, *, cache: Path | None, display: Display) -> PreparedData:
    """Return the images of an experiment, read, checked and divided.

    Args:
        settings: The experiment's.
        cache: The folder where prepared images are kept; ``None`` keeps none.
        display: Who watches.

    Raises:
        DataError: what is wrong with them.
        PluginError: the dataset failed.
        StorageError: prepared images cannot be kept.
    """
    from sightkit.images import prepare

    use = settings.dataset
    task = DatasetTask(seed=settings.seed)
    with placing(use):
        source = build_source(use, task)
        with blaming(use, "failed while its images were read"), unreadable():
            return prepare(
                source,
                images=settings.images,
                split=settings.split,
                seed=settings.seed if settings.split.seed is None else settings.split.seed,
                cache=cache,
                maker=maker_of(use, task),
                progress=display.preparing,
                waiting=display.waiting,
            )


def build_source(use: Use[Any], task: DatasetTask) -> ImageSource:
    """Return the images of a dataset before any of them is read; raises as `prepare_data` does."""
    with blaming(use, "failed while it was built"), unreadable():
        source = use.component.build(use.params, task)
        if not isinstance(source, ImageSource):
            message = f"it built {type(source).__name__}; expected a sightkit.ImageSource"
            raise TypeError(message)
        return source


@contextmanager
def unreadable() -> Iterator[None]:
    """Take a file that cannot be read for what it is, and not for a mistake in the plugin that tried."""
    try:
        yield
    except OSError as error:
        if error.filename is None:
            raise
        message = f"{os.fsdecode(error.filename)}: cannot be read: {error.strerror}"
        raise DataError(message) from error


@contextmanager
def placing(use: Use[Any]) -> Iterator[None]:
    """Put the paths of a dataset in front of an error that names none: the checks of its table don't know them."""
    try:
        yield
    except DataError as error:
        paths = paths_of(use)
        if not paths or any(path in str(error) for path in paths):
            raise
        error.args = (f"{', '.join(paths)}: {error}",)
        raise
