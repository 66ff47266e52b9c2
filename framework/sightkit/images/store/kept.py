"""What is kept in the cache: which stores of images and of features there are, and how to be rid of them."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from filelock import FileLock, Timeout

from sightkit.images.store.folder import StoreFolder
from sightkit.images.store.row_file import read_rows

FEATURES = "features"
"""The folder of the cache that holds stores of features."""

FILES = {"images": ("images.npy", "facts.npy"), FEATURES: ("features.npy", "checksums.npy")}
"""By what a store holds: its rows, and what was written after each of them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """A store in the cache.

    Attributes:
        folder: Where it is.
        holds: ``"images"``, or ``"features"`` of some.
        label: What it was made of.
        complete: Whether it is; else it is being made, or its making was cut short.
        shape: ``(n, height, width, channels)``, or ``(n, features)``; ``None`` where that can't be read.
        size: On the disk, in bytes.
        used: When it was last used, in seconds since 1970.
    """

    folder: StoreFolder
    holds: str
    label: str
    complete: bool
    shape: tuple[int, ...] | None
    size: int
    used: float


def kept_stores(cache: Path) -> list[Kept]:
    """Return the stores of a cache, the one that was used last first."""
    places = {"images": cache, FEATURES: cache / FEATURES}
    found = ((path, holds) for holds, place in places.items() for path in folders(place, FILES[holds][0]))
    stores = [kept for path, holds in found if (kept := describe(path, holds)) is not None]
    return sorted(stores, key=lambda kept: -kept.used)


def folders(place: Path, rows: str) -> Iterator[Path]:
    """Yield the folders with a file of rows in them."""
    with suppress(OSError):
        yield from (path for path in place.iterdir() if path.is_dir() and (path / rows).exists())


def describe(path: Path, holds: str) -> Kept | None:
    """Return what is known of a store; ``None`` if it was removed just now."""
    rows, written_last = FILES[holds]
    complete = path.suffix != ".making"
    shape, label = None, ""
    with suppress(OSError, ValueError, TypeError, LookupError):
        shape = read_rows(path / rows).shape
        label = str(json.loads((path / "about.json").read_text(encoding="utf-8"))["label"])
    try:
        size = sum(file.stat().st_size for file in path.iterdir())
        used = (path / ("about.json" if complete else written_last)).stat().st_mtime
    except OSError:
        return None
    folder = StoreFolder(path.parent, path.name.removesuffix(".making"))
    return Kept(folder=folder, holds=holds, label=label, complete=complete, shape=shape, size=size, used=used)


def remove(kept: Kept) -> bool:
    """Remove a store; return whether it is gone, which it isn't while a process makes it.

    A run that reads it goes on: the system keeps the files until they are closed.

    Raises:
        OSError: it cannot be removed.
    """
    lock = FileLock(kept.folder.lock)  # its file stays: whoever waits for it must not wait for another one
    try:
        lock.acquire(timeout=0)
    except Timeout:
        return False
    try:
        shutil.rmtree(kept.folder.path if kept.complete else kept.folder.making)
    finally:
        lock.release()
    return True


def forget_fingerprints(cache: Path) -> None:
    """Remove what is remembered of files, too.

    Raises:
        OSError: it cannot be removed.
    """
    if (folder := cache / "fingerprints").is_dir():
        shutil.rmtree(folder)


def unused_for(kept: Kept, days: float) -> bool:
    """Say whether a store was last used longer ago than ``days``."""
    return time.time() - kept.used > days * 86400
