"""Work that is done ahead: the next piece in a thread, while the caller is busy with the one before."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def ahead(function: Callable[[T], R], items: Iterable[T]) -> Generator[R, None, None]:
    """Yield ``function(item)`` of each item in order, computing the next one in a thread in the meantime.

    Never more than one is computed ahead, so that memory holds two: the one in use and the next. Items are asked for
    in the caller's thread, each just before the result of the one before it is yielded.

    Whoever stops asking must close the generator: a piece that is being computed is finished first, and no other is
    begun.

    Raises:
        Exception: whatever ``function`` raised, as it is and in its turn.
    """
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="ahead") as thread:
        coming = (thread.submit(function, item) for item in items)
        future = next(coming, None)
        while future is not None:
            result = future.result()
            future = next(coming, None)
            yield result
