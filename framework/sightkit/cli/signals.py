"""Signals that end a command: at once, or while a run trains, when it has written a checkpoint."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any

from sightkit.runs.course.stop import Stop

EXIT_CODES = {signal.SIGINT: 130, signal.SIGTERM: 143}


class Terminated(BaseException):
    """SIGTERM: end as on Ctrl-C, with an exit code of its own.

    No KeyboardInterrupt, which typer would turn into its own word for Ctrl-C.
    """


class Interruption(Stop):
    """SIGINT and SIGTERM inside ``with Interruption() as stop``, on the main thread.

    They raise `KeyboardInterrupt` and `Terminated`. Inside `heeded` the first one is only noted, for whoever asks
    whether to stop; the second one raises there, too.
    """

    def __init__(self) -> None:
        self._before: dict[signal.Signals, Any] = {}
        self._noted: signal.Signals | None = None
        self._heeded = False

    def __call__(self) -> bool:
        """Say whether there was a signal."""
        return self._noted is not None

    @property
    def exit_code(self) -> int:
        """What a command exits with that has stopped because of the signal that was noted."""
        return EXIT_CODES[self._noted or signal.SIGINT]

    @contextmanager
    def heeded(self) -> Iterator[None]:
        """Note the first signal instead of raising; raise at the end if nobody has stopped because of it.

        Raises:
            KeyboardInterrupt: SIGINT was noted.
            Terminated: SIGTERM was noted.
        """
        self._heeded = True
        try:
            yield
        finally:
            self._heeded = False
        if self._noted is not None:
            raise_for(self._noted)

    def __enter__(self) -> Interruption:
        for number in EXIT_CODES:
            if signal.getsignal(number) is not signal.SIG_IGN:  # as SIGINT is of what a script leaves behind with &
                self._before[number] = signal.signal(number, self._receive)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _receive(self, number: int, _frame: FrameType | None) -> None:
        if not self._heeded or self._noted is not None:
            raise_for(signal.Signals(number))
        self._noted = signal.Signals(number)


def raise_for(number: signal.Signals) -> None:
    """Raise what a signal means.

    Raises:
        KeyboardInterrupt: for SIGINT.
        Terminated: for SIGTERM.
    """
    raise Terminated if number is signal.SIGTERM else KeyboardInterrupt
