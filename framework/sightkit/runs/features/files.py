"""Features on the disk: computed by one process, found by all others, and again if they were damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Generator
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np
import xxhash

from sightkit.errors import StorageError
from sightkit.files import readable_size
from sightkit.images.store.folder import StoreFolder
from sightkit.images.store.kept import FEATURES, FILES
from sightkit.images.store.lock import locked
from sightkit.images.store.making import SPARE_BYTES, free_bytes
from sightkit.images.store.row_file import RowFile, read_rows

if TYPE_CHECKING:
    from numpy.typing import NDArray

VALUES, CHECKSUMS = FILES[FEATURES]

Compute: TypeAlias = Callable[[int], Generator["NDArray[np.float32]", None, None]]
"""From the first row that is wanted to the batches of features from there on, all of the folder's size but the last."""


@dataclass(frozen=True, slots=True)
class FeatureFolder:
    """The folder of some features: ``features.npy``, ``checksums.npy`` with one a batch, and ``about.json``.

    Attributes:
        place: Where it is, finished or in the making.
        shape: ``(n, features)``.
        batch_size: Rows that are computed, and have a checksum, together.
    """

    place: StoreFolder
    shape: tuple[int, ...]
    batch_size: int

    @classmethod
    def of(cls, cache: Path, address: str, shape: tuple[int, ...], *, batch_size: int) -> FeatureFolder:
        """Return the folder of an address."""
        return cls(StoreFolder(cache / FEATURES, address), shape, batch_size)

    def open(self) -> NDArray[np.float32] | None:
        """Return the features as a memory map; ``None`` if they aren't there, or not as they were written."""
        values, whole = self._read(self.place.path)
        if whole < self._batches:
            return None
        with suppress(OSError):  # another user's, or on a disk that is read only
            os.utime(self.place.path / "about.json")  # when it was last used
        return values

    def make(self, compute: Compute, *, label: str, waiting: Callable[[], None] | None = None) -> NDArray[np.float32]:
        """Compute the features, but for what a process that was ended has left of them, and return them.

        Args:
            compute: Computes them.
            label: What they are of, in words.
            waiting: Called once if another process is computing them already; it is waited for.

        Raises:
            StorageError: they can't be written.
        """
        place = self.place
        try:
            place.lock.parent.mkdir(parents=True, exist_ok=True)
            with locked(place.lock, waiting):
                if (found := self.open()) is not None:  # another process has computed them meanwhile
                    return found
                shutil.rmtree(place.path, ignore_errors=True)  # damaged ones
                self._fill(compute)
                place.seal({"label": label})
                made: NDArray[np.float32] = read_rows(place.path / VALUES)
                return made
        except OSError as error:
            message = (
                f"{error.filename or place.path}: features cannot be kept here: {error.strerror or error}; {REMEDY}"
            )
            raise StorageError(message) from error

    def _fill(self, compute: Compute) -> None:
        folder = self.place.making
        self._check_room(folder)
        folder.mkdir(exist_ok=True)
        _, first = self._read(folder)
        with (
            RowFile(folder / VALUES, self.shape, np.float32) as values,
            RowFile(folder / CHECKSUMS, (self._batches,), np.uint64) as checksums,
        ):
            if first < self._batches:
                with closing(compute(first * self.batch_size)) as computed:
                    for batch, features in enumerate(computed, start=first):
                        values.write(batch * self.batch_size, features)
                        checksums.write(batch, np.array([checksum(features)], np.uint64))
            values.flush()
            checksums.flush()

    def _read(self, folder: Path) -> tuple[NDArray[np.float32] | None, int]:
        """Return what is in a folder, and how many batches of it, from the first one on, are as they were written."""
        try:
            values, checksums = read_rows(folder / VALUES), read_rows(folder / CHECKSUMS)
        except (OSError, ValueError):
            return None, 0
        if values.shape != self.shape or values.dtype != np.float32 or checksums.shape != (self._batches,):
            return None, 0
        parts = (values[start : start + self.batch_size] for start in range(0, len(values), self.batch_size))
        wrong = (batch for batch, part in enumerate(parts) if checksum(part) != int(checksums[batch]))
        return values, next(wrong, self._batches)

    @property
    def _batches(self) -> int:
        return -(-self.shape[0] // self.batch_size)

    def _check_room(self, folder: Path) -> None:
        """Refuse features that the disk has no room for, before an hour is spent on them."""
        needed, free = int(np.prod(self.shape)) * np.dtype(np.float32).itemsize, free_bytes(folder)
        if needed + SPARE_BYTES > free:
            message = (
                f"{folder.parent}: the features need {readable_size(needed)}, and {readable_size(free)} are free on "
                f"this disk; {REMEDY}"
            )
            raise StorageError(message)


REMEDY = (
    'choose another folder (--cache-dir), images.cache = "none", which keeps them in memory, or cache_features = "off" '
    "in the stage; `sightkit cache list` shows what is kept"
)


def checksum(features: NDArray[Any]) -> int:
    """Return 64 bits of XXH3 of a batch; they guard against damage, not against forgery."""
    return xxhash.xxh3_64_intdigest(np.ascontiguousarray(features).data)
