"""Signals that end a run."""

from __future__ import annotations

import signal
from types import FrameType


class Terminated(BaseException):
    """SIGTERM: end as on Ctrl-C, with an exit code of its own.

    No KeyboardInterrupt, which typer would turn into its own word for Ctrl-C.
    """


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def heed_termination() -> None:
    """Let SIGTERM end the run in an orderly way, its manifest written."""
    signal.signal(signal.SIGTERM, _terminate)
