"""The TFRecord format: records one after the other, each with its length and checksums of both.

https://www.tensorflow.org/tutorials/load_data/tfrecord, "TFRecords format details": a length as uint64, the masked
CRC-32C of those 8 bytes as uint32, the content, its masked CRC-32C as uint32, all little-endian.
"""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from sightkit import DataError

HEADER = struct.Struct("<QI")
CHECKSUM = struct.Struct("<I")
MASK_DELTA = 0xA282EAD8
GZIP_START = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Record:
    """A record of a file.

    Attributes:
        number: Its place in the file, from 0 on.
        offset: Where its content begins, in bytes.
        content: What it holds; empty if something is wrong.
        wrong: What is wrong with it.
    """

    number: int
    offset: int
    content: bytes
    wrong: str | None = None


def read_records(path: Path) -> Iterator[Record]:
    """Yield every record of a file. One that is damaged is yielded with what is wrong; the last if none can follow.

    Raises:
        DataError: the file can't be read.
    """
    try:
        with path.open("rb") as stream:
            yield from records_of(stream, size=os.fstat(stream.fileno()).st_size)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error


def records_of(stream: BinaryIO, *, size: int) -> Iterator[Record]:
    """Yield the records of a stream of ``size`` bytes."""
    number = offset = 0
    while header := stream.read(HEADER.size):
        offset += HEADER.size
        if wrong := what_is_wrong(header, left=size - offset, first=number == 0):
            yield Record(number, offset, b"", wrong)
            return
        (length, _) = HEADER.unpack(header)
        content = stream.read(length)
        if stream.read(CHECKSUM.size) == CHECKSUM.pack(masked_checksum(content)):
            yield Record(number, offset, content)
        else:
            yield Record(number, offset, b"", "its content does not match its checksum, it is damaged")
        offset += length + CHECKSUM.size
        number += 1


def what_is_wrong(header: bytes, *, left: int, first: bool) -> str | None:
    """Return what is wrong with a record by its header and the bytes that follow it."""
    if len(header) < HEADER.size:
        return (
            f"the file ends within it ({len(header)} of {HEADER.size} bytes of its header are there); it is cut short"
        )
    length, checksum = HEADER.unpack(header)
    if masked_checksum(header[:8]) != checksum:
        if not first:
            return "its length does not match its checksum, so that it and what follows cannot be read"
        compressed = "a gzipped file; unzip it" if header.startswith(GZIP_START) else f"one that starts with {header!r}"
        return f"expected a TFRecord file, not compressed, found {compressed}"
    if length + CHECKSUM.size > left:
        return (
            f"the file ends within it ({max(left, 0):,} of {length + CHECKSUM.size:,} bytes are there); it is cut short"
        )
    return None


def read_content(path: Path, *, offset: int, length: int) -> bytes:
    """Return the content of a record that was found before.

    Raises:
        DataError: it isn't there any more as it was.
        OSError: the file can't be read.
    """
    with path.open("rb") as stream:
        stream.seek(offset)
        content, checksum = stream.read(length), stream.read(CHECKSUM.size)
    if checksum != CHECKSUM.pack(masked_checksum(content)):
        message = f"{path}: expected the record of {length:,} bytes that was at byte {offset:,}, found it changed"
        raise DataError(message)
    return content


def masked_checksum(content: bytes) -> int:
    """Return the CRC-32C of bytes, masked as TFRecord files have it."""
    import google_crc32c

    checksum: int = google_crc32c.value(content)
    return ((checksum >> 15 | checksum << 17) + MASK_DELTA) & 0xFFFFFFFF
