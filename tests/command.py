"""The types of the fixture that runs the command line, and processes that are sent signals."""

from __future__ import annotations

import signal
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeAlias


@dataclass(frozen=True)
class Outcome:
    """What a command did."""

    code: int
    out: str
    err: str


Command: TypeAlias = Callable[..., Outcome]


def heed_ctrl_c() -> None:
    """Let a process heed SIGINT, as its ``preexec_fn``: those of a shell's background ignore it, and all they start."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)
