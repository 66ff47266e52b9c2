"""Finding the images that the words of a person mean: files, folders, patterns."""

from __future__ import annotations

import glob
import heapq
import os
from collections.abc import Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TypeAlias

from sightkit.errors import ConfigError, DataError
from sightkit.images.decoding.reading import EXTENSIONS

Found: TypeAlias = "Path | DataError"
"""A file, or what is wrong with a folder that can't be gone through."""

IMAGE_ENDINGS = tuple(ending for endings in EXTENSIONS.values() for ending in endings)

NAMES_AT_ONCE = 100_000
"""Of a folder so many names are in memory at a time. A folder with more is listed once for each so many of them."""


def find_images(words: Iterable[str | os.PathLike[str]]) -> Iterator[tuple[str, Found]]:
    """Return the images that words mean, with their paths as names, in the order of the words.

    - A file is an image, whatever its name.
    - A folder means the images anywhere below it that have the ending of one, folder by folder in the order of the
      names' code points; hidden files and folders are passed over, links to folders are not followed. They are found
      as they are asked for: however many there are, memory holds few of them at a time.
    - Anything else is a pattern, in which ``*``, ``?``, ``[...]`` and ``**`` (folders, at any depth) are understood; it
      means what it matches, sorted.

    Raises:
        ConfigError: there is no such file, or a pattern matches nothing.
        DataError: there is no image in any of the folders.
    """
    given = [os.fspath(word) for word in words]
    starts = [path for word in given for path in paths_of(word)]
    found = chain.from_iterable(images_at(path) for path in starts)
    first = next(found, None)
    if first is None:
        message = f"{', '.join(given)}: no image there; expected files that end in {', '.join(sorted(IMAGE_ENDINGS))}"
        raise DataError(message)
    return chain([first], found)


def paths_of(word: str) -> list[str]:
    """Return the files and folders that a word means.

    Raises:
        ConfigError: there are none.
    """
    if os.path.lexists(word):
        return [word]
    if not glob.has_magic(word):
        message = (
            f"{word}: no such file or folder; expected an image, a folder of images or a pattern such as 'photos/*.jpg'"
        )
        raise ConfigError(message)
    matches = sorted(glob.glob(word, recursive=True))  # noqa: PTH207 - pathlib's refuses absolute patterns
    if not matches:
        message = f"{word}: nothing matches this pattern, in which ** stands for folders at any depth"
        raise ConfigError(message)
    return matches


def images_at(path: str) -> Iterator[tuple[str, Found]]:
    """Yield a file, or the images below a folder."""
    if not os.path.isdir(path):  # noqa: PTH112 - a million Path objects less
        yield path, Path(path)
        return
    below = []
    try:
        for name, is_folder in sorted_entries(path):
            inner = os.path.join(path, name)  # noqa: PTH118
            if is_folder:
                below.append(inner)
            elif name.lower().endswith(IMAGE_ENDINGS):
                yield inner, Path(inner)
    except OSError as error:
        yield path, DataError(f"cannot be listed: {error.strerror or error}")
    for folder in below:
        yield from images_at(folder)


def sorted_entries(folder: str, *, at_once: int = NAMES_AT_ONCE) -> Iterator[tuple[str, bool]]:
    """Yield the name of everything in a folder that isn't hidden, in order, and whether it is a folder itself.

    Raises:
        OSError: it can't be listed.
    """
    last, part = "", [("", False)]
    while part:
        with os.scandir(folder) as entries:
            rest = ((entry.name, entry.is_dir(follow_symlinks=False)) for entry in entries if later(entry, last))
            part = heapq.nsmallest(at_once, rest)
        yield from part
        if len(part) < at_once:
            return
        last = part[-1][0]


def later(entry: os.DirEntry[str], last: str) -> bool:
    """Say whether an entry isn't hidden and comes after a name."""
    return entry.name > last and entry.name[0] != "."
