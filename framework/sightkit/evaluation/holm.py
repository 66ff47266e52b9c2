"""Holm's correction: p-values of several comparisons made fit to be looked at together."""

from __future__ import annotations

import math
from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> list[float]:
    """Return the adjusted p-values, in the order of the given ones.

    Whoever takes all differences with an adjusted value below 0.05 for real is wrong about any of them in at most 5 %
    of all such comparisons, however the tests depend on each other. The smallest of ``m`` values is multiplied by
    ``m``, the next by ``m - 1``, and none becomes smaller than one before it. Source: S. Holm, "A simple sequentially
    rejective multiple test procedure", Scandinavian Journal of Statistics 6 (1979), 65-70.

    Args:
        p_values: Those of all comparisons that are looked at together. One that is ``nan``, where there was no test, is
            not counted and stays ``nan``.
    """
    adjusted = list(p_values)
    tested = sorted((index for index, value in enumerate(p_values) if not math.isnan(value)), key=p_values.__getitem__)
    largest = 0.0
    for rank, index in enumerate(tested):
        largest = max(largest, min(1.0, (len(tested) - rank) * p_values[index]))
        adjusted[index] = largest
    return adjusted
