"""Arrays in .npz and .npy files, opened without pickles and without trust in what their headers claim."""

from __future__ import annotations

import math
import os
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal

from sightkit import DataError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DEFLATE_MAX_RATIO = 1032  # https://zlib.net/zlib_tech.html, "Maximum Compression Factor"
PIECE_BYTES = 2**24

# What zipfile and numpy.lib.format were seen to raise for damaged files, see test_npz.
DAMAGE = (EOFError, RuntimeError, SyntaxError, TypeError, ValueError, struct.error, zipfile.BadZipFile, zlib.error)


@dataclass(frozen=True, slots=True)
class StoredArray:
    """An array in a file.

    Attributes:
        where: What messages about it begin with.
        path: The file.
        member: Its name in the archive; ``None`` in a .npy file.
        most: How many bytes it can have at most, going by how many it takes on disk.
    """

    where: str
    path: Path
    member: str | None
    most: int


def find_arrays(path: Path) -> dict[str, StoredArray]:
    """Return the arrays of a .npz file, or of the .npy files in a folder, by their names without .npy.

    Raises:
        DataError: there is neither, or it can't be read.
    """
    try:
        if path.is_dir():
            files = sorted(each for each in path.glob("*.npy") if each.is_file())
            return {each.stem: StoredArray(str(each), each, None, each.stat().st_size) for each in files}
        if not path.is_file():  # a FIFO would be waited for
            found = "something else" if path.exists() else "nothing there"
            message = f"{path}: expected a .npz file or a folder of .npy files, found {found}"
            raise DataError(message)
        with zipfile.ZipFile(path) as archive:
            members = [each for each in archive.infolist() if each.filename.endswith(".npy")]
        names = [member.filename.removesuffix(".npy") for member in members]
        return {
            name: StoredArray(f"{path}: {name}", path, member.filename, member.compress_size * DEFLATE_MAX_RATIO)
            for name, member in zip(names, members, strict=True)
        }
    except DAMAGE as error:
        message = f"{path}: expected a .npz file, found one that is none, is damaged or cut short: {error}"
        raise DataError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error


def open_array(stored: StoredArray, *, check: Callable[[tuple[int, ...], np.dtype[Any]], str | None]) -> NDArray[Any]:
    """Return an array; not to be written to. That of a .npy file stays on disk, mapped into memory.

    Args:
        stored: Which.
        check: Given shape and dtype before any value is read, returns what is wrong with them.

    Raises:
        DataError: it can't be read, is damaged, holds Python objects, or ``check`` found something wrong.
    """
    import numpy as np

    try:
        with opened(stored) as stream:
            shape, is_fortran, dtype = read_header(stream)
            wrong = "found Python objects, which would run code when they are read" if dtype.hasobject else None
            if wrong := wrong or check(shape, dtype):
                message = f"{stored.where}: {wrong}"
                raise DataError(message)
            count = math.prod(shape) * dtype.itemsize
            order: Literal["F", "C"] = "F" if is_fortran else "C"
            if stored.member is None and count:
                check_count(os.fstat(stream.fileno()).st_size - stream.tell(), expected=count)
                return np.memmap(stored.path, dtype, "r", offset=stream.tell(), shape=shape, order=order)
            values = read_values(stream, count=count, most=stored.most)
    except DAMAGE as error:
        message = f"{stored.where}: expected a whole array, found it damaged or cut short: {error}"
        raise DataError(message) from error
    except OSError as error:
        message = f"{stored.where}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error
    return np.frombuffer(values, dtype=dtype).reshape(shape, order=order)


@contextmanager
def opened(stored: StoredArray) -> Iterator[IO[bytes]]:
    """Open what holds an array: a file, or a member of an archive."""
    if stored.member is None:
        with stored.path.open("rb") as stream:
            yield stream
    else:
        with zipfile.ZipFile(stored.path) as archive, archive.open(stored.member) as member:
            yield member


def read_header(stream: IO[bytes]) -> tuple[tuple[int, ...], bool, np.dtype[Any]]:
    """Return shape, whether values are in Fortran order, and dtype."""
    from numpy.lib import format as npy

    version = npy.read_magic(stream)
    if version == (1, 0):
        return npy.read_array_header_1_0(stream)
    if version == (2, 0):
        return npy.read_array_header_2_0(stream)
    message = f"version {version[0]}.{version[1]} of the format is none that images or labels need"
    raise ValueError(message)


def read_values(stream: IO[bytes], *, count: int, most: int) -> bytearray:
    """Return ``count`` bytes; nothing is allocated on the word of the header alone."""
    if count > most:
        message = f"its header says {count:,} bytes, more than a file of this size can hold"
        raise ValueError(message)
    values = bytearray()
    while piece := stream.read(min(PIECE_BYTES, count + 1 - len(values))):
        values += piece
    check_count(len(values), expected=count)
    return values


def check_count(found: int, *, expected: int) -> None:
    """Refuse more or fewer bytes of values than the header says."""
    if found != expected:
        there_are = "more" if found > expected else f"{found:,}"
        message = f"its header says {expected:,} bytes, there are {there_are}"
        raise ValueError(message)
