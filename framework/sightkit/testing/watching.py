"""A limit to the time that somebody else's code takes: it is interrupted, and where it was is told."""

from __future__ import annotations

import faulthandler
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from traceback import StackSummary
from types import FrameType
from typing import Any, TypeAlias

SECONDS = 300.0
"""What one check may take unless told otherwise: slow but honest components take some of these."""
LONGEST_GRACE = 10.0
"""Seconds that code is given at most to end once it was interrupted; never more than it was given before."""
TELLING = 5.0
"""Seconds in which a busy machine tells of code that does not end, if Python can run at all."""

StuckHandler: TypeAlias = "Callable[[Watch], None]"
"""Tells of code that cannot be interrupted, and ends the process; it is called in a thread of its own."""


class OverrunError(BaseException):
    """Raised in the midst of code whose time is up; no ``Exception``, which that code may catch."""


class Watch:
    """Looks on while code runs.

    Attributes:
        stacks: Where each thread was when the time was up, the watched one first; empty as long as it is not.
    """

    def __init__(self) -> None:
        self.stacks: Sequence[StackSummary] = ()


@contextmanager
def watching(seconds: float, *, stuck: StuckHandler | None = None) -> Iterator[Watch]:
    """Interrupt the code inside when its time is up; `Watch.stacks` says afterwards whether it was.

    What is interrupted is Python code of the main thread, and whatever lets signals through, such as sleeping, waiting
    for a lock, a socket or a process; not on Windows. What goes on after that, because it is in the code of a library,
    or catches all that is raised, goes to ``stuck``. Should it keep Python itself from running other threads, the
    process ends without that, and says on the standard error stream where each thread was.

    Args:
        seconds: How long it may take; 0 for ever.
        stuck: What to do about code that cannot be interrupted; without, it goes on.
    """
    watch, done = Watch(), threading.Event()
    if not seconds:
        yield watch
        return
    thread, grace = threading.get_ident(), min(seconds, LONGEST_GRACE)

    def look_on(interrupt: Callable[[], None]) -> None:
        if done.wait(seconds):
            return
        watch.stacks = stacks_of_threads(first=thread)
        interrupt()
        if stuck is not None and not done.wait(grace):
            stuck(watch)

    with (
        interrupting(thread, unless=done) as interrupt,
        last_resort(seconds + grace + TELLING, wanted=stuck is not None),
    ):
        threading.Thread(target=look_on, args=(interrupt,), daemon=True).start()
        with suppress(OverrunError):
            try:
                yield watch
            finally:
                done.set()


@contextmanager
def interrupting(thread: int, *, unless: threading.Event) -> Iterator[Callable[[], None]]:
    """Yield a function that raises an `OverrunError` in a thread, where that can be done."""
    if threading.current_thread() is not threading.main_thread() or not hasattr(signal, "pthread_kill"):
        yield lambda: None
        return

    def overrun(number: int, frame: FrameType | None) -> None:
        if sent.is_set() and not unless.is_set():
            raise OverrunError
        if callable(before):  # somebody else's alarm: pytest-timeout has one
            before(number, frame)

    def interrupt() -> None:
        sent.set()
        signal.pthread_kill(thread, signal.SIGALRM)

    sent = threading.Event()
    before: Any = signal.signal(signal.SIGALRM, overrun)
    try:
        yield interrupt
    finally:
        signal.signal(signal.SIGALRM, before or signal.SIG_DFL)


@contextmanager
def last_resort(seconds: float, *, wanted: bool) -> Iterator[None]:
    """End the process after some seconds, from outside of Python."""
    if not wanted:
        yield
        return
    faulthandler.dump_traceback_later(seconds, exit=True, file=sys.__stderr__ or 2)
    try:
        yield
    finally:
        faulthandler.cancel_dump_traceback_later()


def stacks_of_threads(*, first: int) -> list[StackSummary]:
    """Return where each thread is, the given one first and the one that asks left out."""
    frames = sys._current_frames()  # documented, in spite of its name
    frames.pop(threading.get_ident(), None)
    watched = frames.pop(first)
    return [traceback.extract_stack(frame) for frame in (watched, *frames.values())]
