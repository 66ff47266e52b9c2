"""Making a store: every image read once, in parallel, and what a killed process has left of it used."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from sightkit.errors import StorageError
from sightkit.files import readable_size
from sightkit.images.decoding.facts import FACTS, GOOD
from sightkit.images.decoding.reading import ROWS_A_BLOCK, block_starts, read_blocks
from sightkit.images.store.row_file import RowFile

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form
    from sightkit.images.pictures import ProgressFunction

SPARE_BYTES = 64 * 2**20
"""What is left to others on the disk."""


def fill_store(
    folder: Path, source: ImageSource, form: Form, progress: ProgressFunction | None = None
) -> dict[int, str]:
    """Read the images of a source into ``images.npy`` and ``facts.npy``; return what is wrong with bad ones, by row.

    Blocks that are whole in these files already are not read again.

    Raises:
        StorageError: the disk has no room for them.
        OSError: the files cannot be written.
    """
    count = len(source.samples.ids)
    check_room(folder, needed=count * int(np.prod(form.shape)) + count * FACTS.itemsize)
    folder.mkdir(exist_ok=True)
    problems: dict[int, str] = {}
    with (
        RowFile(folder / "images.npy", (count, *form.shape), np.uint8) as images,
        RowFile(folder / "facts.npy", (count,), FACTS) as facts,
    ):
        there, known = images.rows(), facts.rows()
        starts = [start for start in block_starts(count) if not is_whole(there, known, start)]
        del there, known
        left = sum(min(ROWS_A_BLOCK, count - start) for start in starts)
        for block in read_blocks(source, form, starts):
            images.write(block.start, block.pixels)  # first: facts without their pixels would be taken for whole
            facts.write(block.start, block.facts)
            problems |= block.problems
            left -= len(block.facts)
            if progress:
                progress(count - left, count)
        images.flush()
        facts.flush()
    return dict(sorted(problems.items()))


def is_whole(images: NDArray[np.uint8], facts: NDArray[Any], start: int) -> bool:
    """Say whether the images of a block are there, decoded, and are those that the facts are about."""
    rows = slice(start, start + ROWS_A_BLOCK)
    if not np.all(facts["state"][rows] == GOOD):
        return False
    found = [xxhash.xxh3_64_intdigest(image) for image in images[rows]]
    return bool(found == facts["checksum"][rows].tolist())


def check_room(folder: Path, *, needed: int) -> None:
    """Refuse images that the disk has no room for, before hours are spent on them."""
    free = free_bytes(folder)
    if needed + SPARE_BYTES > free:
        message = (
            f"{folder.parent}: the prepared images need {readable_size(needed)}, and {readable_size(free)} are free on "
            'this disk; choose a smaller images.size, another folder (--cache-dir), or images.cache = "none"; '
            "`sightkit cache list` shows what is kept"
        )
        raise StorageError(message)


def free_bytes(folder: Path) -> int:
    """Return how many bytes a folder may hold in all, what it holds already included."""
    there = 0
    if folder.exists() and hasattr(folder.stat(), "st_blocks"):
        there = sum(file.stat().st_blocks * 512 for file in folder.iterdir())
    return shutil.disk_usage(folder.parent).free + there
