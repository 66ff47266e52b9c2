"""How many steps go into one call of the compiled loop."""

from __future__ import annotations

SECONDS_PER_CALL = 0.5  # an interrupt, a callback or a display waits no longer than about twice this
GROWTH = 4  # at most so many times more steps than in the call before


class Pace:
    """Chooses the number of steps so that a call takes about half a second. Results don't depend on it.

    The first call is one step, since it compiles the graph; its time is not taken for that of a step.

    Args:
        fixed: Always so many, where clocks that differ may not decide.
    """

    def __init__(self, *, fixed: int | None = None) -> None:
        self._count = fixed or 1
        self._fixed = fixed is not None
        self._calls = 0

    def count(self, remaining: int) -> int:
        """Return the number of steps of the next call, at most ``remaining``."""
        return min(self._count, remaining)

    def record(self, count: int, seconds: float) -> None:
        """Learn that ``count`` steps took ``seconds``."""
        self._calls += 1
        cut_short = count < self._count and seconds < SECONDS_PER_CALL  # by the epoch's end: says little
        if self._calls > 1 and not cut_short and not self._fixed:
            affordable = int(SECONDS_PER_CALL * count / max(seconds, 1e-9))
            self._count = max(1, min(affordable, GROWTH * count))
