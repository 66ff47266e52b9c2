"""Fingerprints: remembered for as long as the files that they were made of stay as they are."""

from __future__ import annotations

import hashlib
import json
import os
import time
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.errors import StorageError
from sightkit.files import write_text
from sightkit.images.store.stamps import Stamp, is_racy

if TYPE_CHECKING:
    from sightkit.contracts import ImageSource
    from sightkit.images.maker import Maker


def fingerprint_of(
    source: ImageSource, *, maker: Maker | None, stamps: tuple[Stamp | None, ...] | None, folder: Path
) -> str:
    """Return the fingerprint of a source: the remembered one if its files and its table are as they were.

    Args:
        source: The images.
        maker: Who made the source; ``None`` where nobody knows.
        stamps: Those of the source's files, taken just now; ``None`` where it has none.
        folder: Where fingerprints are remembered.
    """
    if maker is None or not stamps or None in stamps:  # nothing would show that a file has changed
        return source.fingerprint()
    place = folder / key_of(source, maker, stamps)
    with suppress(OSError, ValueError):
        if remembered := place.read_text(encoding="ascii").strip():
            return remembered
    start = time.time()
    fingerprint = source.fingerprint()
    if not is_racy(stamps, now=start):
        remember(place, fingerprint)
    return fingerprint


def remember(place: Path, fingerprint: str) -> None:
    """Write a fingerprint down; where that cannot be done it is made again the next time."""
    with suppress(OSError, StorageError):
        place.parent.mkdir(parents=True, exist_ok=True)
        write_text(place, fingerprint)


def key_of(source: ImageSource, maker: Maker, stamps: tuple[Stamp | None, ...]) -> str:
    """Return what stands for the maker, the table and the files of a source."""
    samples = source.samples
    table = [source.classes, samples.ids, samples.labels.tolist(), samples.splits, samples.groups, source.image_shape]
    files = [os.fspath(file) for file in source.files or ()]
    # ASCII, with what isn't UTF-8 in a file's name spelled out.
    return hashlib.sha256(json.dumps([asdict(maker), table, files, stamps]).encode()).hexdigest()[:32]
