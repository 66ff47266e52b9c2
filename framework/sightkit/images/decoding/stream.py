"""`DecodedStream`: any number of images, decoded in their order by threads while the caller is at work."""

from __future__ import annotations

import math
import time
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, TypeAlias

import numpy as np

from sightkit.errors import DataError
from sightkit.images.decoding.decode import decode
from sightkit.images.decoding.reading import QUICK_SECONDS, ROWS_A_BLOCK, usable_processors

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images.decoding.form import Form

Content: TypeAlias = "NDArray[np.uint8] | Path | DataError"
"""An image as `decode` takes it, or what is known already to be wrong with it."""

Item: TypeAlias = "tuple[str, Content]"
"""An image and its name."""

TRIAL = 4
"""So many images are decoded, twice, before it is decided how many threads would help."""

BYTES_AHEAD = 2**26
"""No more is decoded while images of so many bytes wait for the caller, 64 MiB."""

MOST_AHEAD = 1000
"""No more pieces than this wait for the caller."""


@dataclass(frozen=True, slots=True)
class DecodedBatch:
    """Images that follow each other.

    Attributes:
        ids: Their names.
        pixels: uint8 ``(n, height, width, channels)``; zeros where an image is bad.
        problems: What is wrong with the bad ones, by row.
    """

    ids: list[str]
    pixels: NDArray[np.uint8]
    problems: dict[int, str]


class DecodedStream:
    """Batches of decoded images, in their order; decoding begins at once, and ends when it is closed.

    Small images are decoded by one thread, since it is Python that they keep busy, others by one a processor. Memory
    holds the images of one batch and `BYTES_AHEAD`, however many there are.

    Args:
        items: The images; they are asked for in the caller's thread, few more than are decoded.
        form: What they are brought to.
        rows: Images a batch.
    """

    def __init__(self, items: Iterable[Item], form: Form, *, rows: int) -> None:
        self._items = iter(items)
        self._form = form
        self._rows = rows
        self._running: deque[tuple[Future[DecodedBatch], int]] = deque()
        self._waiting_bytes = 0
        for _ in range(2):  # the last one counts: in the first, libraries are loaded
            begin = time.perf_counter()
            self._running.append((done(self._decoded(list(islice(self._items, TRIAL)))), 0))
            seconds = time.perf_counter() - begin
        quick = seconds / TRIAL < QUICK_SECONDS / ROWS_A_BLOCK
        self._pool = ThreadPoolExecutor(1 if quick else usable_processors(), thread_name_prefix="sightkit-images")
        self._piece = ROWS_A_BLOCK if quick else 1
        self._fill()

    def __enter__(self) -> DecodedStream:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._pool.shutdown(cancel_futures=True)

    def __iter__(self) -> Iterator[DecodedBatch]:
        waiting: list[DecodedBatch] = []
        while self._running:
            future, size = self._running.popleft()
            waiting.append(future.result())
            self._waiting_bytes -= size
            self._fill()
            while sum(len(each.ids) for each in waiting) >= self._rows:
                whole = joined(waiting)
                yield part(whole, 0, self._rows)
                waiting = [part(whole, self._rows, len(whole.ids))]
        if waiting and (rest := joined(waiting)).ids:
            yield rest

    def _fill(self) -> None:
        """Let the threads decode more, as long as not too much waits for the caller."""
        while self._waiting_bytes < BYTES_AHEAD and len(self._running) < MOST_AHEAD:
            items = list(islice(self._items, self._piece))
            if not items:
                return
            size = sum(max(math.prod(self._form.shape), nbytes(content)) for _, content in items)
            self._running.append((self._pool.submit(self._decoded, items), size))
            self._waiting_bytes += size

    def _decoded(self, items: Sequence[Item]) -> DecodedBatch:
        batch = DecodedBatch([name for name, _ in items], np.zeros((len(items), *self._form.shape), np.uint8), {})
        for row, (_, content) in enumerate(items):
            try:
                if isinstance(content, DataError):
                    raise content
                batch.pixels[row] = decode(content, self._form)
            except DataError as error:
                # Without its place, which is beside it anyway.
                place = f"{content}: " if isinstance(content, Path) else ""
                batch.problems[row] = str(error).removeprefix(place)
        return batch


def nbytes(content: Content) -> int:
    """Return how much memory an image takes before it is decoded."""
    return content.nbytes if isinstance(content, np.ndarray) else 0


def done(batch: DecodedBatch) -> Future[DecodedBatch]:
    """Return a batch as if a thread had decoded it."""
    future: Future[DecodedBatch] = Future()
    future.set_result(batch)
    return future


def joined(batches: Sequence[DecodedBatch]) -> DecodedBatch:
    """Return batches that follow each other as one."""
    ids: list[str] = []
    problems: dict[int, str] = {}
    for batch in batches:
        problems |= {len(ids) + row: problem for row, problem in batch.problems.items()}
        ids += batch.ids
    return DecodedBatch(ids, np.concatenate([batch.pixels for batch in batches]), problems)


def part(batch: DecodedBatch, start: int, end: int) -> DecodedBatch:
    """Return some of the rows of a batch."""
    problems = {row - start: problem for row, problem in batch.problems.items() if start <= row < end}
    return DecodedBatch(batch.ids[start:end], batch.pixels[start:end], problems)
