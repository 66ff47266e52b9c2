"""Writing files so that a reader never sees half of one, whenever the writer is stopped."""

from __future__ import annotations

import json
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from sightkit.errors import StorageError

UNITS = (("GB", 1e9), ("MB", 1e6), ("kB", 1e3))


@contextmanager
def replacing(path: Path) -> Iterator[IO[bytes]]:
    """Open a new file that takes the place of ``path`` when it is complete and on the disk.

    Raises:
        StorageError: it cannot be written; what was at ``path`` is still there.
    """
    temporary = path.with_name(f".{path.name}.{uuid.uuid4().hex}.tmp")
    try:
        try:
            with temporary.open("xb") as file:
                yield file
                file.flush()
                os.fsync(file.fileno())
            temporary.replace(path)
        finally:
            temporary.unlink(missing_ok=True)
    except OSError as error:
        message = f"{path}: cannot be written: {error.strerror or error}"
        raise StorageError(message) from error


def flush(path: Path) -> None:
    """Wait until a file that something else has written is on the disk."""
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def write_text(path: Path, text: str) -> None:
    """Replace a text file in one step; raises as `replacing` does."""
    with replacing(path) as file:
        file.write(text.encode("utf-8", "backslashreplace"))


def readable_size(size: int) -> str:
    """Return a number of bytes as people say it: ``54.9 MB``, ``4.6 GB``."""
    unit, factor = next(((unit, factor) for unit, factor in UNITS if size >= factor), UNITS[-1])
    return f"{size / factor:,.1f} {unit}"


def write_json(path: Path, document: Any) -> None:
    """Replace a JSON file in one step; raises as `replacing` does."""
    # NaN is not JSON: whoever writes a document has already turned it into null.
    write_text(path, json.dumps(document, indent=1, allow_nan=False) + "\n")
