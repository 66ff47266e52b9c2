"""Finding the images below class folders, whatever links and special files lie there."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from sightkit import DataError

if TYPE_CHECKING:
    from sightkit import SplitName

EXTENSIONS = (".bmp", ".gif", ".jpeg", ".jpg", ".pbm", ".pgm", ".png", ".pnm", ".ppm", ".tif", ".tiff", ".webp")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassFolder:
    """A folder whose images are all of one class.

    Attributes:
        id: Its path below the dataset's folder, with ``/`` between the parts.
        path: Where it is.
        name: The name of the class.
        split: The split of its images, where the folders say so.
    """

    id: str
    path: Path
    name: str
    split: SplitName | None = None


class ImageFile(NamedTuple):
    """An image that was found: its path below the dataset's folder with ``/`` between the parts, and where it is."""

    id: str
    path: str
    folder: ClassFolder


def find_folders(root: Path) -> list[Path]:
    """Return the folders in ``root`` that aren't hidden, in the order of their names' code points."""
    return [Path(entry.path) for entry in listed(root) if is_folder(entry)]


def find_images(root: Path, folders: Sequence[ClassFolder]) -> list[ImageFile]:
    """Return the images below class folders: by folder, then by id.

    Links are followed, but a folder is gone through once a class, and a link to another class, to ``root`` or above
    it never. What has the name of an image but is none, such as a FIFO or a link to nowhere, is returned too: the
    core refuses it by name, without opening it.
    """
    above = (ancestor for folder in folders for ancestor in (folder.path, folder.path.parent))
    resolved = root.resolve()
    not_below = {identity(path) for path in {resolved, *resolved.parents, *above}}
    return [ImageFile(id_, path, folder) for folder in folders for id_, path in sorted(images_below(folder, not_below))]


def images_below(folder: ClassFolder, not_below: Iterable[tuple[int, int]]) -> Iterator[tuple[str, str]]:
    """Yield the id and the path of each image below a class folder."""
    seen = set(not_below)
    waiting = [(folder.path, folder.id)]
    while waiting:
        here, id_ = waiting.pop()
        for entry in listed(here):
            if is_folder(entry):
                path = Path(entry.path)
                if (found := identity(path)) not in seen:
                    seen.add(found)
                    waiting.append((path, f"{id_}/{printable(entry.name)}"))
            elif entry.name.lower().endswith(EXTENSIONS):
                yield f"{id_}/{printable(entry.name)}", entry.path


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
    return name if name.isascii() else os.fsencode(name).decode("utf-8", errors="backslashreplace")
