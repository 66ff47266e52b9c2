"""npz: images and labels that are NumPy arrays in a .npz file or in .npy files."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource


class NpzParams(Params):
    """Parameters of ``[dataset] use = "npz"``."""

    path: Path = Field(
        description="The .npz file, or a folder of .npy files, whose names without .npy are the keys. Images are whole "
        "numbers from 0 to 255 of shape (n, height, width) or (n, height, width, 1 or 3); labels are numbers, one-hot "
        "rows or names."
    )
    keys: tuple[str, str] | None = Field(
        None,
        description='Keys of images and labels; a * stands for train, val or test. By default ["x_*", "y_*"], '
        '["*_images", "*_labels"] or ["images", "labels"], the first that is there.',
    )
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=2,
        description="Class names: of the labels from 0 on, or in label order where labels are names; by default the "
        "labels that occur.",
    )


def build_npz(params: NpzParams, _task: DatasetTask) -> ImageSource:
    """Return the images of the arrays: those of a .npz file in memory, those of .npy files on disk if they are uint8.

    Integers of any width are taken if they are from 0 to 255. Floats are refused, since rounding them would change
    what was given and nothing says what range they are in. Labels may be ``(n,)`` or ``(n, 1)``; one-hot rows are
    ``(n, classes)``, with one 1 in each.

    Raises:
        DataError: arrays are missing or damaged, hold something else, or don't fit each other or ``classes``.
    """
    import numpy as np

    from sightkit_plugins.datasets._array_pairs import find_pairs, read_part
    from sightkit_plugins.datasets._array_source import PartedArraySource
    from sightkit_plugins.datasets._labels import index_labels

    parts = [
        read_part(word, images, labels, classes=params.classes)
        for word, images, labels in find_pairs(params.path, params.keys)
    ]
    if len({part.images.shape[1:] for part in parts}) > 1:
        found = ", ".join(f"{' x '.join(map(str, part.images.shape[1:]))} in {part.word}" for part in parts)
        message = f"{params.path}: expected images of one size and number of channels, found {found}"
        raise DataError(message)
    if len({part.labels.dtype.kind in "iu" for part in parts}) > 1:
        message = f"{params.path}: expected labels of one kind, found numbers and names"
        raise DataError(message)
    ids = [id_ for part in parts for id_ in part.ids()]
    values = np.concatenate([part.labels for part in parts])
    classes, labels = index_labels(values, classes=params.classes, ids=ids, where=str(params.path))
    return PartedArraySource(parts, classes=classes, labels=labels)


@hookimpl
def sightkit_datasets() -> list[Dataset[NpzParams]]:
    """Offer NumPy arrays."""
    return [
        Dataset(
            name="npz",
            summary="NumPy arrays of images and labels in a .npz file or in .npy files.",
            params=NpzParams,
            build=build_npz,
        )
    ]
