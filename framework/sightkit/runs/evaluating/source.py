"""Other data that a run is judged on: a folder of class folders, or the dataset of a TOML file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.config.files import read_tree
from sightkit.config.tree import Origin, Tree
from sightkit.contracts import DatasetTask
from sightkit.errors import DataError
from sightkit.experiment.resolve import default_uses, resolve
from sightkit.runs.data.maker import maker_of
from sightkit.runs.data.prepare import build_source, placing
from sightkit.toml.problems import Problem, TomlError

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.experiment import ExperimentSettings
    from sightkit.images.maker import Maker
    from sightkit.registry.registry import Registry

OF_FOLDERS = "image-folder"
"""The dataset that a folder is read as."""

KEPT = ("dataset", "seed")
"""What of an experiment's file says which images there are."""


def open_source(data: Path, registry: Registry) -> tuple[ImageSource, Maker | None]:
    """Return the images that a folder or a TOML file means, and who made them.

    Args:
        data: A folder of class folders, or a file with a table ``[dataset]``: an experiment is one. What else it says,
            of splits and sizes too, is about another training.
        registry: The plugins that the dataset may come from.

    Raises:
        ConfigError: the file has no such table, or one that is wrong.
        DataError: there is nothing there, or no images.
    """
    settings = dataset_settings(data, registry)
    use, task = settings.dataset, DatasetTask(seed=settings.seed)
    with placing(use):
        return build_source(use, task), maker_of(use, task)


def dataset_settings(data: Path, registry: Registry) -> ExperimentSettings:
    """Return the settings of an experiment of these images; only their dataset and their seed are anybody's."""
    problems: list[Problem] = []
    if data.is_dir():
        tree = Tree.of({"dataset": {"use": OF_FOLDERS, "path": str(data.absolute())}}, Origin(str(data), data))
    elif data.is_file():
        tree = read_tree(data, defaults=default_uses(), problems=problems)
        if "dataset" not in tree.data:
            message = "expected a table [dataset] in this file, found none; it says which images the run is judged on"
            raise TomlError([*problems, Problem(str(data), message=message)])
        for key in [key for key in tree.data if key not in KEPT]:
            tree.forget((key,))
            del tree.data[key]
    else:
        message = (
            f"{data}: expected a folder with a folder for each class in it, or a TOML file with a table [dataset], "
            "found nothing there"
        )
        raise DataError(message)
    return resolve(tree, registry.catalogue, problems)
