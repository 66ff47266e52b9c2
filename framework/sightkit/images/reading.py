"""Reading: all images of a source into one array, by several threads."""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError
from sightkit.images.checks import LISTED
from sightkit.images.decode import decode

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ImageSource

IMAGES_A_TASK = 32


def read_images(
    source: ImageSource, *, shape: tuple[int, int, int], resize: str, progress: Callable[[int, int], None] | None = None
) -> NDArray[np.uint8]:
    """Return all images as uint8 of shape ``(n, *shape)``, read by as many threads as there are processors.

    Raises:
        DataError: some can't be read or decoded; the message names them and what is wrong with each.
    """
    count = len(source.samples.ids)
    pixels = np.empty((count, *shape), dtype=np.uint8)
    problems: dict[int, str] = {}

    def read_some(start: int) -> int:
        rows = range(start, min(start + IMAGES_A_TASK, count))
        for row in rows:
            if problem := read_image(source, row, into=pixels[row], resize=resize):
                problems[row] = problem
        return len(rows)

    done = 0
    with ThreadPoolExecutor(usable_processors(), thread_name_prefix="sightkit-images") as pool:
        tasks = [pool.submit(read_some, start) for start in range(0, count, IMAGES_A_TASK)]
        try:
            for task in as_completed(tasks):
                done += task.result()
                if progress:
                    progress(done, count)
        except BaseException:  # a broken source or Ctrl-C: don't read the rest first
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    if problems:
        raise DataError(bad_images([problems[row] for row in sorted(problems)], count=count))
    return pixels


def read_image(source: ImageSource, row: int, *, into: NDArray[np.uint8], resize: str) -> str | None:
    """Read and decode an image; return what is wrong with it, ``None`` for nothing."""
    height, width, channels = into.shape
    where = f"{source.samples.ids[row]}: "
    try:
        content = source.read(row)
        if isinstance(content, Path):
            where = ""  # the message names the file
        into[...] = decode(content, size=(height, width), channels=channels, resize=resize)
    except (DataError, OSError) as error:
        return f"{where}{error}"
    return None


def bad_images(problems: list[str], *, count: int) -> str:
    """Return the message for images that can't be used."""
    shown = ["\\n".join(problem.splitlines()) for problem in problems[:LISTED]]  # a line each, whatever is in a name
    lines = [f"{len(problems):,} of {count:,} images cannot be used:", *(f"  {line}" for line in shown)]
    if len(problems) > LISTED:
        lines.append(f"  and {len(problems) - LISTED:,} more")
    lines.append("Replace or remove them.")
    return "\n".join(lines)


def usable_processors() -> int:
    """Return how many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
