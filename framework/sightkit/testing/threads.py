"""A function called from several threads at once, which nobody has to wait for if it never returns."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
R = TypeVar("R")


def called_at_once(function: Callable[[T], R], items: Sequence[T], *, threads: int) -> list[R]:
    """Return what a function makes of each item, called from several threads.

    The threads are daemons, unlike those of `concurrent.futures`: neither who is interrupted here waits for those that
    hang, nor does the end of the process.
    """
    made: dict[int, R] = {}
    failures: list[BaseException] = []

    def work(start: int) -> None:
        try:
            for number in range(start, len(items), threads):
                made[number] = function(items[number])
        except BaseException as error:
            failures.append(error)

    workers = [threading.Thread(target=work, args=(start,), daemon=True) for start in range(threads)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    if failures:
        raise failures[0]
    return [made[number] for number in range(len(items))]
