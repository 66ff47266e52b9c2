"""Reading: the images of a source, brought to one form by several threads, with what was seen of each."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from functools import partial
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xxhash

from sightkit.errors import DataError
from sightkit.images.decoding.decode import FORMATS, Decoded, examine, unreadable
from sightkit.images.decoding.facts import BAD, FACTS, GOOD
from sightkit.images.decoding.looks import look

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource
    from sightkit.images.decoding.form import Form

ROWS_A_BLOCK = 32

TRIALS = 2
"""So many blocks are read before it is decided whether threads would help."""

QUICK_SECONDS = 0.016
"""A block that is read in less has small images, half a millisecond each, most of it Python: two threads would wait for
each other and take twice the time of one (28 x 28 pixels)."""
EXTENSIONS = {
    "BMP": (".bmp",),
    "GIF": (".gif",),
    "JPEG": (".jpg", ".jpeg", ".jpe", ".jfif"),
    "PNG": (".png",),
    "PPM": (".ppm", ".pgm", ".pbm", ".pnm"),
    "TIFF": (".tif", ".tiff"),
    "WEBP": (".webp",),
}


@dataclass(slots=True)
class Block:
    """Images that follow each other in the table, once they were read.

    Attributes:
        start: The row of the first.
        pixels: uint8 ``(rows, height, width, channels)``; zeros where an image is bad.
        facts: `FACTS` of each.
        problems: What is wrong with the bad ones, by row.
    """

    start: int
    pixels: NDArray[np.uint8]
    facts: NDArray[Any]
    problems: dict[int, str] = field(default_factory=dict)


def read_blocks(source: ImageSource, form: Form, starts: Sequence[int], *, looks: bool = True) -> Iterator[Block]:
    """Yield the blocks of images that begin at ``starts`` as they are read.

    What is not read yet when the caller stops is not read any more; few blocks wait in memory at any time. Without
    ``looks`` nobody looks what images look like, which takes most of the time that small ones do.
    """
    seconds = 0.0
    for start in starts[:TRIALS]:  # the last one counts: in the first, libraries are loaded
        begin = time.perf_counter()
        block = read_block(source, form, start, looks=looks)
        seconds = time.perf_counter() - begin
        yield block
    if seconds < QUICK_SECONDS:
        yield from (read_block(source, form, start, looks=looks) for start in starts[TRIALS:])
    else:
        yield from read_in_threads(partial(read_block, source, form, looks=looks), starts[TRIALS:])


def read_in_threads(read: Callable[[int], Block], starts: Sequence[int]) -> Iterator[Block]:
    """Yield blocks as they are read by a thread a processor, see `read_blocks`."""
    threads = usable_processors()
    waiting = iter(starts)
    with ThreadPoolExecutor(threads, thread_name_prefix="sightkit-images") as pool:
        running = {pool.submit(read, start) for start in islice(waiting, 2 * threads)}
        try:
            while running:
                done, running = wait(running, return_when=FIRST_COMPLETED)
                running |= {pool.submit(read, start) for start in islice(waiting, len(done))}
                for task in done:
                    yield task.result()
        except BaseException:  # a broken source or Ctrl-C: don't read the rest first
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def block_starts(count: int) -> range:
    """Return the first row of each block of ``count`` images."""
    return range(0, count, ROWS_A_BLOCK)


def read_block(source: ImageSource, form: Form, start: int, *, looks: bool = True) -> Block:
    """Read a block of images."""
    count = min(ROWS_A_BLOCK, len(source.samples.ids) - start)
    block = Block(start, np.zeros((count, *form.shape), np.uint8), np.zeros(count, FACTS))
    for place, (pixels, facts) in enumerate(zip(block.pixels, block.facts, strict=True)):
        try:
            image, path = read_image(source, start + place, form)
        except DataError as error:
            facts["state"] = BAD
            # Without its place: what is found again after the files were moved must not name where they were.
            row = start + place
            block.problems[row] = str(error).removeprefix(f"{place_of(source, row)}: ")
        else:
            pixels[:] = image.pixels
            note(facts, image, path)
            facts["checksum"] = xxhash.xxh3_64_intdigest(pixels)
            facts["look"] = look(pixels) if looks else 0
    return block


def read_image(source: ImageSource, row: int, form: Form) -> tuple[Decoded, Path | None]:
    """Return a decoded image, and its path if it is a file.

    Raises:
        DataError: it can't be read or decoded; the message begins with its place, see `place_of`.
        StorageError: the machine has no memory or open file left to read it.
    """
    path = None
    try:
        content = source.read(row)
        if isinstance(content, Path):
            path = content
        return examine(content, form), path
    except OSError as error:
        raise unreadable(error, where=source.samples.ids[row]) from error
    except DataError as error:
        if path is not None:  # the message names it
            raise
        message = f"{source.samples.ids[row]}: {error}"
        raise DataError(message) from error
    except Exception as error:
        error.add_note(f"while image {source.samples.ids[row]!r} was read")
        raise


def place_of(source: ImageSource, row: int) -> str:
    """Return where an image is: its path if it is a file, else its id."""
    try:
        content = source.read(row)
    except (DataError, OSError):
        content = b""
    return str(content) if isinstance(content, Path) else source.samples.ids[row]


def note(facts: np.void, image: Decoded, path: Path | None) -> None:
    """Write down in a row of `FACTS` what was seen of an image."""
    facts["state"] = GOOD
    facts["size"] = image.size
    facts["digest"] = np.frombuffer(image.digest, "<u8", count=2)
    if image.format is not None:
        facts["format"] = FORMATS.index(image.format) + 1
        facts["mislabelled"] = path is not None and path.suffix.lower() not in EXTENSIONS[image.format]


def usable_processors() -> int:
    """Return how many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
