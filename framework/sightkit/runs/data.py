"""The data of an experiment: its dataset built, read, checked and divided."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from sightkit.contracts import DatasetTask
from sightkit.experiment import ExperimentSettings
from sightkit.runs.build import blaming, build

if TYPE_CHECKING:
    from sightkit.images import PreparedData


def prepare_data(settings: ExperimentSettings, progress: Callable[[int, int], None]) -> PreparedData:
    """Read the images of an experiment; nothing is written.

    Raises:
        DataError: what is wrong with them.
        PluginError: the dataset failed.
    """
    from sightkit.images import prepare

    use = settings.dataset
    source = build(use, DatasetTask(seed=settings.seed))
    with blaming(use, "failed while its images were read"):
        return prepare(source, images=settings.images, split=settings.split, seed=settings.seed, progress=progress)


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
