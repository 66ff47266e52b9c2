"""Finding a dataset of TensorFlow Datasets on disk, or bringing it there."""

from __future__ import annotations

import logging
import sys
import warnings
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightkit import DataError
from sightkit_plugins.datasets._findings import named, nearest

DESCRIPTIONS = ("dataset_info.json", "features.json", "*.labels.txt")


@dataclass(frozen=True, slots=True)
class PreparedDataset:
    """A dataset in the form that TensorFlow Datasets gives it on disk.

    Attributes:
        name: What was asked for.
        path: Its folder.
        info: Its `tfds.core.DatasetInfo`.
    """

    name: str
    path: Path
    info: Any

    @property
    def citation(self) -> str | None:
        """How the authors want to be cited, where known."""
        citation: str = self.info.citation
        return citation or None

    @property
    def licence(self) -> str | None:
        """The licence of the images, where known."""
        licence: str = self.info.redistribution_info.license
        return licence or None

    def descriptions(self) -> list[Path]:
        """Return the files that say which features, classes and splits there are."""
        return sorted(file for pattern in DESCRIPTIONS for file in self.path.glob(pattern))


def find_dataset(name: str, *, data_dir: Path | None, download: bool) -> PreparedDataset:
    """Return a dataset that is prepared, or is after this.

    Args:
        name: Its name, with configuration and version where they matter.
        data_dir: Where prepared datasets are; ``None`` for the library's own folder.
        download: Whether to download and prepare it if it isn't there.

    Raises:
        DataError: there is no such dataset, it isn't there, or it can't be downloaded.
    """
    with quiet():
        builder = open_builder(name, data_dir)
        path = Path(builder.data_path)
        if not builder.is_prepared():
            if not download:
                message = (
                    f"{path}: expected the prepared dataset {name!r}, found none; set download = true, or data_dir"
                )
                raise DataError(message)
            prepare(builder, name)
        return PreparedDataset(name, path, builder.info)


def open_builder(name: str, data_dir: Path | None) -> Any:
    """Return the `tfds.core.DatasetBuilder` of a dataset, made from its code or from what is on disk."""
    import tensorflow_datasets as tfds
    from tensorflow_datasets.core.constants import DATA_DIR

    bare = name.partition(":")[0].partition("/")[0]
    folder = Path(data_dir or DATA_DIR).expanduser() / bare
    try:
        return tfds.builder(name, data_dir=data_dir)
    except tfds.core.DatasetNotFoundError as error:
        if folder.is_dir():
            found = named(sorted(each.name for each in folder.iterdir()))
        else:
            known = tfds.list_builders(with_community_datasets=False)
            found = f"nothing there, and TensorFlow Datasets has none of that name{nearest(bare, known)}"
        message = f"{folder}: expected the prepared dataset {name!r}, found {found}"
        raise DataError(message) from error
    except Exception as error:  # versions and configurations that don't exist, damaged files: each has its own
        message = f"{folder}: the dataset {name!r} cannot be opened: {first_line(error.__cause__ or error)}"
        raise DataError(message) from error


def prepare(builder: Any, name: str) -> None:
    """Download a dataset and write it to its folder."""
    try:
        with redirect_stdout(sys.stderr):  # standard output belongs to whoever called
            builder.download_and_prepare()
    except Exception as error:  # whatever the network, the disk or the code of one of the datasets comes up with
        message = f"{builder.data_path}: the dataset {name!r} cannot be downloaded and prepared: {first_line(error)}"
        raise DataError(message) from error


def first_line(error: BaseException) -> str:
    """Return the first line of what an exception says; its name if it says nothing."""
    return next(iter(str(error).strip().splitlines()), type(error).__name__)


@contextmanager
def quiet() -> Iterator[None]:
    """Keep the library's log and warnings from the user: either a dataset is there or an error says why not."""
    log = logging.getLogger("absl")
    log.addFilter(is_grave)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        log.removeFilter(is_grave)


def is_grave(record: logging.LogRecord) -> bool:
    """Return whether a log entry is more than a warning."""
    return record.levelno > logging.WARNING
