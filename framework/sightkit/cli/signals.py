"""Signals that end a run."""

from __future__ import annotations

import signal
from types import FrameType


class Terminated(KeyboardInterrupt):
    """SIGTERM: end as on Ctrl-C, with an exit code of its own."""


def _terminate(_number: int, _frame: FrameType | None) -> None:
    raise Terminated


def heed_termination() -> None:
    """Let SIGTERM end the run in an orderly way, its manifest written."""
    signal.signal(signal.SIGTERM, _terminate)
