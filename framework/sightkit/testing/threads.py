"""A function called from several threads at once, which nobody has to wait for if it never returns."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any, TypeVar

T = TypeVar("T")
R = TypeVar("R")

STEPS = 500
"""After how many steps of Python's machine in one call other threads have had turns enough."""


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


@contextmanager
def giving_turns(folder: Path | None) -> Iterator[None]:
    """Let other threads have a turn after each step that code in a folder takes inside, in this thread.

    Python changes threads so seldom that a file which two of them share is hardly ever caught at it otherwise.
    """
    left = STEPS

    def enter(frame: FrameType, _event: str, _argument: Any) -> Any:
        if Path(frame.f_code.co_filename).parent != folder:
            return None
        frame.f_trace_opcodes = True
        return step

    def step(_frame: FrameType, _event: str, _argument: Any) -> Any:
        nonlocal left
        left -= 1
        if left == 0:
            sys.settrace(None)  # to return None would not end it
        time.sleep(0)
        return step

    before = sys.gettrace()
    sys.settrace(enter)
    try:
        yield
    finally:
        sys.settrace(before)
