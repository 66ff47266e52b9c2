"""How far probabilities are from the frequencies that they promise."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class CalibrationError:
    """The expected calibration error, ``nan`` without images; it has no interval.

    Attributes:
        bins: How many parts of one width the confidence is divided into.
    """

    bins: int

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score probabilities ``(n, classes)`` against labels ``(n,)``."""
        return Score(
            value=self._value(labels, probabilities) if len(labels) else math.nan,
            higher_is_better=False,
            interval=(math.nan, math.nan),
        )

    def _value(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> float:
        confidence = probabilities.max(axis=1)
        right = probabilities.argmax(axis=1) == labels
        # A bin holds its upper end and not its lower one.
        bins = np.searchsorted(np.linspace(0, 1, self.bins + 1)[1:-1], confidence, side="left")
        gaps = np.bincount(bins, weights=right - confidence, minlength=self.bins)
        return float(np.abs(gaps).sum() / len(labels))
