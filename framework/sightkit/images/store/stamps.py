"""Stamps: the sizes and times of files, by which a changed file is known without reading it."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TypeAlias

Stamp: TypeAlias = tuple[int, int, int, int, int]
"""Size, time of change of the content and of the status in nanoseconds, inode and device: what git looks at too."""

RACY_SECONDS = 2
"""A file that was changed so shortly ago may change again without its times showing it: some file systems count in
whole or even two seconds (FAT)."""


def stamps_of(files: Sequence[str | Path]) -> tuple[Stamp | None, ...]:
    """Return the stamp of each file, ``None`` for what can't be looked at."""
    return tuple(stamp_of(os.fspath(file)) for file in files)


def stamp_of(file: str) -> Stamp | None:
    """Return the stamp of a file; ``None`` where there is nothing, or a link that leads nowhere."""
    try:
        status = os.stat(file)  # noqa: PTH116 - a dataset has a million of them, and pathlib takes twice the time
    except OSError:
        return None
    return status.st_size, status.st_mtime_ns, status.st_ctime_ns, status.st_ino, status.st_dev


def is_racy(stamps: Sequence[Stamp | None], *, now: float) -> bool:
    """Say whether a file was changed so shortly before ``now``, in seconds, that its stamp proves little."""
    newest = max((max(stamp[1], stamp[2]) for stamp in stamps if stamp), default=0)
    return newest > (now - RACY_SECONDS) * 1e9
