"""The fingerprint of a dataset, from the content of all its images."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING

import xxhash

from sightkit.errors import DataError

if TYPE_CHECKING:
    from sightkit.contracts.dataset import ImageSource

PIECE_BYTES = 2**16
IMAGES_A_TASK = 256  # a task for each would cost as much as hashing a small file
FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)  # Windows lacks one, has the other
UNREADABLE = bytes(16)


def fingerprint_by_reading(source: ImageSource) -> str:
    """Return a SHA-256 over the class names, the table and a hash of every image, in hexadecimal.

    Images are hashed with XXH3, ten times as fast as SHA-256: it tells content apart that nobody forges.
    An image that can't be read counts as one without content: what is wrong with it is told when it is decoded.
    """
    samples = source.samples
    table = [source.classes, samples.ids, samples.labels.tolist(), samples.splits, samples.groups, source.image_shape]
    digest = hashlib.sha256(json.dumps(table).encode())
    if samples.weights is not None:
        digest.update(samples.weights.astype("<f4").tobytes())
    starts = range(0, len(samples.ids), IMAGES_A_TASK)

    def digests(start: int) -> bytes:
        rows = range(start, min(start + IMAGES_A_TASK, len(samples.ids)))
        return b"".join(digest_of(source, row) for row in rows)

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        for some in pool.map(digests, starts):
            digest.update(some)
    return digest.hexdigest()


def digest_of(source: ImageSource, row: int) -> bytes:
    """Return 128 bits of XXH3 of the content of an image, or a marker of equal length if it can't be read."""
    try:
        content = source.read(row)
        if isinstance(content, Path):
            return digest_of_file(os.fspath(content))
    except (OSError, DataError):
        return UNREADABLE
    if isinstance(content, bytes):
        return xxhash.xxh3_128_digest(content)
    return xxhash.xxh3_128_digest(f"{content.shape}".encode() + content.tobytes())


def digest_of_file(path: str) -> bytes:
    """Return 128 bits of XXH3 of a file's content.

    Nothing but regular files is opened. Should a FIFO take the place of one just then, it isn't waited for.

    Raises:
        OSError: it can't be read.
    """
    if not stat.S_ISREG(os.stat(path).st_mode):  # noqa: PTH116 - pathlib takes several times as long
        raise OSError
    digest = xxhash.xxh3_128()
    descriptor = os.open(path, FLAGS)
    try:
        while piece := os.read(descriptor, PIECE_BYTES):
            digest.update(piece)
    finally:
        os.close(descriptor)
    return digest.digest()
