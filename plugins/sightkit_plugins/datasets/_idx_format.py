"""The IDX format of the MNIST files: a header of big-endian integers, then the values, as they are or gzipped."""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from sightkit import DataError

if TYPE_CHECKING:
    from io import BufferedReader

    import numpy as np
    from numpy.typing import NDArray

# http://yann.lecun.com/exdb/mnist/, "The IDX file format": two zero bytes, the type, the number of dimensions.
UNSIGNED_BYTE = 0x08
TYPE_NAMES = {
    0x08: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "shorts",
    0x0C: "ints",
    0x0D: "floats",
    0x0E: "doubles",
}
GZIP_START = b"\x1f\x8b"
GZIP_MAX_RATIO = 1032  # the limit of deflate, https://zlib.net/zlib_tech.html, "Maximum Compression Factor"
PIECE_BYTES = 2**24

BinaryStream: TypeAlias = "BufferedReader | gzip.GzipFile"


def read_idx(path: Path, *, dimensions: int) -> NDArray[np.uint8]:
    """Return the values of an IDX file of unsigned bytes, uint8 with as many axes as ``dimensions``.

    Whether it is gzipped is seen from its first bytes, whatever its name. Nothing is allocated on the word of the
    header alone.

    Raises:
        DataError: the file can't be read, is no such file, or holds less or more than its header says.
    """
    import numpy as np

    try:
        with path.open("rb") as stream:
            zipped = stream.read(2) == GZIP_START
            stream.seek(0)
            most = path.stat().st_size * (GZIP_MAX_RATIO if zipped else 1)
            if not zipped:
                shape, values = read_values(stream, path, dimensions=dimensions, most=most)
            else:
                with gzip.open(stream) as unzipped:
                    shape, values = read_values(unzipped, path, dimensions=dimensions, most=most)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        message = f"{path}: expected a whole gzip file, found it damaged or cut short: {error}"
        raise DataError(message) from error
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error
    return np.frombuffer(values, dtype=np.uint8).reshape(shape)


def read_values(stream: BinaryStream, path: Path, *, dimensions: int, most: int) -> tuple[tuple[int, ...], bytearray]:
    """Return the shape and the values; ``most`` bytes are all that the file can hold."""
    shape = read_header(stream, path, dimensions=dimensions)
    claimed = math.prod(shape)
    told = f"{path}: expected {claimed:,} bytes after the header ({' x '.join(f'{side:,}' for side in shape)})"
    if claimed > most:
        message = f"{told}, which a file of this size cannot hold; it is damaged or cut short"
        raise DataError(message)
    values = bytearray()
    while piece := stream.read(min(PIECE_BYTES, claimed + 1 - len(values))):
        values += piece
    if len(values) != claimed:
        found = "more" if len(values) > claimed else f"{len(values):,}"
        message = f"{told}, found {found}; the file is damaged or cut short"
        raise DataError(message)
    return shape, values


def read_header(stream: BinaryStream, path: Path, *, dimensions: int) -> tuple[int, ...]:
    """Return the length of each dimension."""
    expected = f"{path}: expected an IDX file of unsigned bytes in {dimensions} dimension{'s'[: dimensions - 1]}"
    magic = stream.read(4)
    if len(magic) < 4 or magic[:2] != b"\0\0":
        message = f"{expected} (magic 0x{UNSIGNED_BYTE << 8 | dimensions:08x}), found a file that starts with {magic!r}"
        raise DataError(message)
    if magic[2] != UNSIGNED_BYTE:
        found = TYPE_NAMES.get(magic[2], "no type that IDX knows")
        message = f"{expected} (type 0x{UNSIGNED_BYTE:02x}), found type 0x{magic[2]:02x} ({found})"
        raise DataError(message)
    if magic[3] != dimensions:
        message = f"{expected}, found {magic[3]}; are the files of images and labels mixed up?"
        raise DataError(message)
    lengths = stream.read(4 * dimensions)
    if len(lengths) < 4 * dimensions:
        message = f"{expected}, found a file that ends within its header"
        raise DataError(message)
    return struct.unpack(f">{dimensions}I", lengths)
