"""Finding and hashing the images below class folders, whatever links and special files lie there."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightkit import DataError

EXTENSIONS = frozenset(
    {".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp"}
)


@dataclass(frozen=True, slots=True)
class ImageFile:
    """An image that was found.

    Attributes:
        id: Its path below the dataset's folder, with ``/`` between the parts.
        label: The index of its class folder.
        path: Where it is.
    """

    id: str
    label: int
    path: Path


def find_class_folders(root: Path) -> list[Path]:
    """Return the folders in ``root`` that aren't hidden, in the order of their names' code points."""
    return [Path(entry.path) for entry in listed(root) if is_folder(entry)]


def find_images(root: Path, folders: Sequence[Path]) -> list[ImageFile]:
    """Return the images below class folders: by class, then by id.

    Links are followed, but a folder is gone through once a class, and a link to another class, to ``root`` or above
    it never. What has the name of an image but is none, such as a FIFO or a link to nowhere, is returned too: the
    core refuses it by name, without opening it.
    """
    resolved = root.resolve()
    not_below = {identity(path) for path in (resolved, *resolved.parents, *folders)}
    return [
        ImageFile(id_, label, path)
        for label, folder in enumerate(folders)
        for id_, path in sorted(images_below(folder, not_below))
    ]


def images_below(folder: Path, not_below: Iterable[tuple[int, int]]) -> Iterator[tuple[str, Path]]:
    """Yield the id and the path of each image below a class folder."""
    seen = set(not_below)
    waiting = [(folder, printable(folder.name))]
    while waiting:
        here, id_ = waiting.pop()
        for entry in listed(here):
            path, below = Path(entry.path), f"{id_}/{printable(entry.name)}"
            if is_folder(entry):
                if (found := identity(path)) not in seen:
                    seen.add(found)
                    waiting.append((path, below))
            elif path.suffix.lower() in EXTENSIONS:
                yield below, path


def listed(folder: Path) -> list[os.DirEntry[str]]:
    """Return what a folder holds that isn't hidden, in the order of the names' code points."""
    try:
        with os.scandir(folder) as entries:
            return sorted((entry for entry in entries if entry.name[0] != "."), key=lambda entry: entry.name)
    except OSError as error:
        message = f"{folder}: cannot be listed: {error.strerror or error}"
        raise DataError(message) from error


def is_folder(entry: os.DirEntry[str]) -> bool:
    """Return whether an entry is a folder or leads to one; links that go in circles don't."""
    try:
        return entry.is_dir()
    except OSError:
        return False


def identity(path: Path) -> tuple[int, int]:
    """Return what tells a folder from all others, by whatever path it is reached."""
    try:
        status = path.stat()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error
    return status.st_dev, status.st_ino


def printable(name: str) -> str:
    """Return a file's name as text that can be written to any file; bytes that aren't UTF-8 are spelled out."""
    return os.fsencode(name).decode("utf-8", errors="backslashreplace")


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
