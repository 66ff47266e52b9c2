"""`RowFile`: an array in a .npy file that is written a few rows at a time and read as a memory map."""

from __future__ import annotations

import errno
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike, NDArray


class RowFile:
    """A .npy file whose rows may be written in any order.

    It is written with ordinary writes, after its whole length was asked of the disk: a write to a memory map of a file
    that the disk has no room for would end the process.

    Args:
        path: Where it is; a file of the same shape and type that is there already keeps its rows, anything else is
            replaced.
        shape: Of the array.
        dtype: Of the array.

    Raises:
        OSError: there is no room for it, or it cannot be written.
    """

    def __init__(self, path: Path, shape: Sequence[int], dtype: DTypeLike) -> None:
        self.path = path
        self._dtype = np.dtype(dtype)
        header = npy_header(tuple(shape), self._dtype)
        self._row_bytes = int(np.prod(shape[1:], dtype=np.int64)) * self._dtype.itemsize
        self._offset = len(header)
        size = len(header) + shape[0] * self._row_bytes
        self._lock = threading.Lock()
        if not has_form(path, header, size):
            path.unlink(missing_ok=True)
        self._file = path.open("r+b" if path.exists() else "w+b", buffering=0)
        try:
            self._file.write(header)
            if hasattr(os, "posix_fallocate"):
                os.posix_fallocate(self._file.fileno(), 0, size)
            else:
                self._file.truncate(size)
        except OSError:
            self._file.close()
            raise

    def __enter__(self) -> RowFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def write(self, start: int, rows: NDArray[Any]) -> None:
        """Write rows; ``start`` is the first."""
        content = np.ascontiguousarray(rows).view(np.uint8).reshape(-1).data
        with self._lock:
            self._file.seek(self._offset + start * self._row_bytes)
            while content:
                content = content[self._file.write(content) :]

    def rows(self) -> NDArray[Any]:
        """Return what is there, as a memory map that can't be written to."""
        return read_rows(self.path)

    def flush(self) -> None:
        """Make sure that everything is on the disk."""
        os.fsync(self._file.fileno())


def read_rows(path: Path) -> NDArray[Any]:
    """Return a .npy file as a memory map that can't be written to.

    Raises:
        OSError: it can't be read.
        ValueError: it is damaged.
    """
    if not path.is_file():
        raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT), str(path))
    rows: NDArray[Any] = np.lib.format.open_memmap(path, mode="r")  # type: ignore[no-untyped-call, unused-ignore]
    return rows


def npy_header(shape: tuple[int, ...], dtype: np.dtype[Any]) -> bytes:
    """Return what a .npy file of an array in C order begins with."""
    import io

    stream = io.BytesIO()
    described = {"descr": np.lib.format.dtype_to_descr(dtype), "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(stream, described)
    return stream.getvalue()


def has_form(path: Path, header: bytes, size: int) -> bool:
    """Say whether a file begins with a header and is as long as it should be."""
    if not path.is_file() or path.stat().st_size != size:
        return False
    with path.open("rb") as stream:
        return stream.read(len(header)) == header
