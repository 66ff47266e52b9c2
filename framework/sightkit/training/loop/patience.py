"""How long a score may stay as it is."""

from __future__ import annotations

import math
from typing import Any


class Patience:
    """Counts epochs without improvement.

    Args:
        epochs: After so many it is at its end.
        higher_is_better: The direction of what is watched.
        min_improvement: What counts as improvement, at least.
        cooldown: Epochs after its end in which nothing is counted.
    """

    def __init__(self, epochs: int, *, higher_is_better: bool, min_improvement: float = 0.0, cooldown: int = 0) -> None:
        self._epochs = epochs
        self._sign = 1.0 if higher_is_better else -1.0
        self._min_improvement = min_improvement
        self._cooldown = cooldown
        self._best = -math.inf
        self._waited = 0
        self._resting = 0

    def ends(self, value: float) -> bool:
        """Take the value of an epoch and say whether patience ends with it; ``nan`` is no improvement."""
        if self._sign * value > self._best + self._min_improvement:
            self._best = self._sign * value
            self._waited = 0
            self._resting = max(0, self._resting - 1)
            return False
        if self._resting:
            self._resting -= 1
            return False
        self._waited += 1
        if self._waited < self._epochs:
            return False
        self._waited, self._resting = 0, self._cooldown
        return True

    def state(self) -> dict[str, Any]:
        """Return what `restore` goes on from, as JSON can hold it."""
        best = None if math.isinf(self._best) else self._best
        return {"best": best, "waited": self._waited, "resting": self._resting}

    def restore(self, state: dict[str, Any]) -> None:
        """Go on from what `state` returned."""
        self._best = -math.inf if state["best"] is None else state["best"]
        self._waited, self._resting = state["waited"], state["resting"]
