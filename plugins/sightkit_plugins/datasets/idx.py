"""idx: images in the files of MNIST and of the many datasets that took over its format, such as Fashion-MNIST."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, Params, hookimpl

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import ImageSource, SplitName


class IdxParams(Params):
    """Parameters of ``[dataset] use = "idx"``."""

    path: Path = Field(
        description="Folder of train-images-idx3-ubyte and train-labels-idx1-ubyte and, where there are test images, "
        "t10k-images-idx3-ubyte and t10k-labels-idx1-ubyte; each may be gzipped and end in .gz."
    )
    classes: tuple[str, ...] | None = Field(
        None, min_length=2, description="Names of the classes from label 0 on; by default the labels that occur."
    )


@dataclass(frozen=True, slots=True)
class Part:
    """The images and labels of a split, as they are in its two files."""

    prefix: str
    split: SplitName
    images: NDArray[np.uint8]
    labels: NDArray[np.uint8]
    files: tuple[Path, Path]


def build_idx(params: IdxParams, _task: DatasetTask) -> ImageSource:
    """Return the images of the folder: grey, ``train-…`` in the split train, ``t10k-…`` in the split test.

    Raises:
        DataError: files are missing or damaged, or don't fit each other or ``classes``.
    """
    import numpy as np

    from sightkit import ArraySource

    parts = read_parts(params.path)
    images = [part.images for part in parts]
    check_shapes(params.path, parts)
    labels = np.concatenate([part.labels for part in parts])
    if params.classes is None:
        values, labels = np.unique(labels, return_inverse=True)
        classes = [str(value) for value in values.tolist()]
    else:
        classes = list(params.classes)
        check_class_names(params.path, parts, len(classes))
    return ArraySource(
        np.concatenate(images),
        labels,
        classes=classes,
        ids=[f"{part.prefix}/{index:05d}" for part in parts for index in range(len(part.images))],
        splits=[part.split for part in parts for _ in range(len(part.images))],
        files=[file for part in parts for file in part.files],
    )


def read_parts(folder: Path) -> list[Part]:
    """Return the training images and, where the folder has them, the test images."""
    if not folder.is_dir():
        found = "a file" if folder.exists() else "nothing there"
        message = f"{folder}: expected a folder of IDX files, found {found}. {where_to_get_them()}"
        raise DataError(message)
    train, test = find_pair(folder, "train"), find_pair(folder, "t10k")
    if train is None:
        message = (
            f"{folder}: expected train-images-idx3-ubyte and train-labels-idx1-ubyte, each with or without .gz, "
            f"found {contents(folder)}. {where_to_get_them()}"
        )
        raise DataError(message)
    return [read_part("train", "train", train), *([read_part("t10k", "test", test)] if test else [])]


def find_pair(folder: Path, prefix: str) -> tuple[Path, Path] | None:
    """Return the files of images and labels of a prefix; ``None`` where there is neither."""
    images, labels = f"{prefix}-images-idx3-ubyte", f"{prefix}-labels-idx1-ubyte"
    found = {name: path for name in (images, labels) if (path := find_file(folder, name))}
    if len(found) == 1:
        missing = labels if images in found else images
        message = f"{folder}: expected {missing} or {missing}.gz beside {found.popitem()[1].name}, found neither"
        raise DataError(message)
    return (found[images], found[labels]) if found else None


def find_file(folder: Path, name: str) -> Path | None:
    """Return the path of a file, as it is or gzipped; ``None`` where there is neither."""
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def read_part(prefix: str, split: SplitName, pair: tuple[Path, Path]) -> Part:
    """Read the images and labels of a split and check that they belong together."""
    from sightkit_plugins.datasets._idx_format import read_idx

    images, labels = read_idx(pair[0], dimensions=3), read_idx(pair[1], dimensions=1)
    if len(images) != len(labels):
        message = (
            f"{pair[1]}: expected a label for each of the {len(images):,} images in {pair[0].name}, "
            f"found {len(labels):,} labels"
        )
        raise DataError(message)
    return Part(prefix, split, images, labels, pair)


def check_shapes(folder: Path, parts: list[Part]) -> None:
    """Refuse training and test images of different sizes, and images without pixels."""
    sizes = {part.prefix: " x ".join(map(str, part.images.shape[1:])) for part in parts}
    if len(set(sizes.values())) > 1:
        message = f"{folder}: expected images of one size, found {sizes['train']} in train and {sizes['t10k']} in t10k"
        raise DataError(message)
    if 0 in parts[0].images.shape[1:]:
        message = f"{folder}: expected images of at least one pixel, found {sizes['train']}"
        raise DataError(message)


def check_class_names(folder: Path, parts: list[Part], num_classes: int) -> None:
    """Refuse labels that ``classes`` has no name for."""
    for part in parts:
        largest = int(part.labels.max(initial=0))
        if largest >= num_classes:
            message = (
                f"{folder}: classes has {num_classes} names, for labels 0 to {num_classes - 1}, "
                f"but {part.prefix}-labels-idx1-ubyte holds label {largest}"
            )
            raise DataError(message)


def contents(folder: Path) -> str:
    """Return what a folder holds, for a message."""
    names = sorted(path.name for path in folder.iterdir())
    shown = ", ".join(names[:5])
    return f"{shown} and {len(names) - 5:,} more" if len(names) > 5 else shown or "an empty folder"


def where_to_get_them() -> str:
    """Return how to come by such files."""
    return (
        "The package dataset-fashion-mnist of Debian and Ubuntu puts those of Fashion-MNIST into "
        "/usr/share/datasets/fashion-mnist"
    )


@hookimpl
def sightkit_datasets() -> list[Dataset[IdxParams]]:
    """Offer the IDX files."""
    return [
        Dataset(
            name="idx",
            summary="The IDX files of MNIST, Fashion-MNIST and their kin, gzipped or not.",
            params=IdxParams,
            build=build_idx,
        )
    ]
