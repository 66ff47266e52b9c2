"""The data of an experiment: its dataset built, read, checked and divided."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import platformdirs

from sightkit.contracts import DatasetTask, ImageSource
from sightkit.errors import DataError
from sightkit.experiment import ExperimentSettings
from sightkit.experiment.in_memory import IN_MEMORY
from sightkit.runs.build import blaming
from sightkit.runs.display import Display
from sightkit.runs.manifest import describe_use, package_digest, uses_in
from sightkit.use import Use

if TYPE_CHECKING:
    from sightkit.images import PreparedData
    from sightkit.images.maker import Maker


CACHE_VARIABLE = "SIGHTKIT_CACHE_DIR"


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
    with placing(use):
        with blaming(use, "failed while it was built"), unreadable():
            task = DatasetTask(seed=settings.seed)
            source = use.component.build(use.params, task)
            if not isinstance(source, ImageSource):
                message = f"it built {type(source).__name__}; expected a sightkit.ImageSource"
                raise TypeError(message)
        with blaming(use, "failed while its images were read"), unreadable():
            return prepare(
                source,
                images=settings.images,
                split=settings.split,
                seed=settings.seed,
                cache=cache,
                maker=maker_of(use, task),
                progress=display.preparing,
                waiting=display.waiting,
            )


def maker_of(use: Use[Any], task: DatasetTask) -> Maker | None:
    """Return which code made a source, and of what; ``None`` where it was handed over.

    Args:
        use: The dataset, with those that it holds.
        task: What it was built for.
    """
    from sightkit.images.maker import Maker

    if use.name == IN_MEMORY:
        return None
    code = [[describe_use(role, each), package_digest(each.component.build)] for role, each in uses_in("dataset", use)]
    label = " ".join([use.component.name, *paths_of(use)])
    return Maker(label=label, code=json.dumps(code), params=repr((use.params, task)))


def paths_of(use: Use[Any]) -> list[str]:
    """Return the paths among a dataset's parameters."""
    return [str(value) for _, value in use.params if isinstance(value, Path)]


def cache_folder(wanted: Path | str | None) -> Path:
    """Return where prepared images are kept: the folder that is wanted, else the user's for such things."""
    wanted = wanted or os.environ.get(CACHE_VARIABLE)
    return Path(wanted) if wanted else platformdirs.user_cache_path("sightkit", appauthor=False)


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


def describe_data(data: PreparedData) -> dict[str, Any]:
    """Return what a manifest says of the data."""
    return {
        "fingerprint": data.fingerprint,
        "classes": list(data.classes),
        "image_shape": list(data.image_shape),
        "images": {name: len(rows) for name, rows in data.splits.items()},
        "split_sha256": data.split_digests(),
        "licence": data.licence,
        "citation": data.citation,
    }
