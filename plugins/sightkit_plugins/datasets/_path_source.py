"""`PathSource`: images that are files, read as paths and decoded by the core."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from sightkit import DataError, ImageSource, Samples


class PathSource(ImageSource):
    """Images that are a file each.

    Args:
        classes: The class names, in label order.
        samples: The table of images.
        paths: The file of each image.
    """

    def __init__(self, classes: Sequence[str], samples: Samples, paths: Sequence[Path]) -> None:
        self.classes = tuple(classes)
        self.samples = samples
        self.paths = tuple(paths)

    def read(self, index: int) -> Path:
        """Return the path of image ``index``."""
        return self.paths[index]

    def fingerprint(self) -> str:
        """Return a SHA-256 over the class names, the table and each image's size and content, in hexadecimal.

        Raises:
            DataError: a file can't be read.
        """
        samples = self.samples
        table = [self.classes, samples.ids, samples.labels.tolist(), samples.splits, samples.groups]
        return hash_files(self.paths, header=table)


def hash_files(paths: Sequence[Path], *, header: object) -> str:
    """Return a SHA-256 over a header and the size and content of each file, in hexadecimal.

    Raises:
        DataError: a file can't be read.
    """
    from concurrent.futures import ThreadPoolExecutor

    digest = hashlib.sha256(json.dumps(header).encode())
    with ThreadPoolExecutor() as pool:
        for size, content in pool.map(hash_file, paths):
            digest.update(f"\n{size} {content}".encode())
    return digest.hexdigest()


def hash_file(path: Path) -> tuple[int, str]:
    """Return the size of a file and the SHA-256 of its content."""
    try:
        with path.open("rb") as stream:
            content = hashlib.file_digest(stream, "sha256").hexdigest()
            return stream.tell(), content
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error
