"""How somebody who may want a run to stop learns from when on to wait for its checkpoint."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext


class Stop(ABC):
    """What says whether a run should stop, and would end it at once where it is not asked; signals, for one."""

    @abstractmethod
    def __call__(self) -> bool:
        """Say whether the run should write a checkpoint and stop; asked about twice a second while it trains."""

    @abstractmethod
    def heeded(self) -> AbstractContextManager[None]:
        """Wait to be asked, inside of this, instead of ending the run; end it at the end if nobody asked in time."""


def heeded(stop: Callable[[], bool]) -> AbstractContextManager[None]:
    """Return the part of a run in which ``stop`` is asked; nothing but a `Stop` wants to know."""
    return stop.heeded() if isinstance(stop, Stop) else nullcontext()
