"""The report on the data of an experiment: data.json for programs, samples.png for people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.errors import DataError, StorageError
from sightkit.files import write_json
from sightkit.runs.data.samples import draw_samples, save_picture

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.images import PreparedData


def data_document(data: PreparedData) -> dict[str, Any]:
    """Return counts, sizes, statistics and all findings, as they stand in data.json."""
    mean, std = data.channel_statistics()
    return {
        "schema": 1,
        "fingerprint": data.fingerprint,
        "licence": data.licence,
        "citation": data.citation,
        "classes": list(data.classes),
        "images_per_class": counts(data),
        "split_sha256": data.split_digests(),
        "image_shape": list(data.image_shape),
        "sizes": size_summary(data),
        "channel_mean": list(mean),
        "channel_std": list(std),
        "findings": [finding.document() for finding in data.findings],
    }


def write_refused_data(error: DataError, folder: Path) -> None:
    """Write the findings that data was refused for into data.json; nothing where it was not because of findings.

    Raises:
        StorageError: the file can't be written.
    """
    from sightkit.images.findings.finding import RefusedDataError

    if isinstance(error, RefusedDataError):
        make(folder)
        findings = [finding.document() for finding in error.findings]
        write_json(folder / "data.json", {"schema": 1, "error": str(error), "findings": findings})


def make(folder: Path) -> None:
    """Make a folder if it isn't there.

    Raises:
        StorageError: it can't be made.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{folder}: cannot be made: {error.strerror or error}"
        raise StorageError(message) from error


def counts(data: PreparedData) -> dict[str, list[int]]:
    """Return how many images of each class are in each split, in the order of the classes."""
    from sightkit.images.findings.balance import counts_by_split

    each = counts_by_split(data.labels, data.splits, num_classes=data.num_classes)
    return {split: numbers.tolist() for split, numbers in each.items()}


def size_summary(data: PreparedData) -> dict[str, Any] | None:
    """Return the sizes of the images as they were found, ``[height, width]`` in pixels; ``None`` if nobody looked.

    Smallest, median and largest are by area; of an even number the median is the larger of the two in the middle.
    """
    import numpy as np

    if data.sizes is None:
        return None
    sizes: NDArray[np.int64] = data.sizes[np.concatenate(list(data.splits.values()))].astype(np.int64)
    distinct, found = np.unique(sizes, axis=0, return_counts=True)
    by_area = np.argsort(distinct.prod(axis=1), kind="stable")
    distinct, found = distinct[by_area], found[by_area]
    middle = int(np.searchsorted(found.cumsum(), len(sizes) // 2, side="right"))
    return {
        "distinct": len(distinct),
        "smallest": distinct[0].tolist(),
        "median": distinct[middle].tolist(),
        "largest": distinct[-1].tolist(),
    }


def write_data_report(data: PreparedData, folder: Path, *, name: str, seed: int) -> dict[str, Any]:
    """Write data.json and samples.png into a folder, which is made if need be, and return what is in data.json.

    Args:
        data: The images.
        folder: Where the files go.
        name: The experiment's name.
        seed: Decides which images are shown.

    Raises:
        StorageError: the files can't be written.
    """
    document = data_document(data)
    make(folder)
    write_json(folder / "data.json", document)
    save_picture(draw_samples(data, name=name, seed=seed), folder / "samples.png")
    return document


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
