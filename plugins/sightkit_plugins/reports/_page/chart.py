"""Charts as the page draws them: where values go, which ticks there are, and the lines between points.

They are drawn by the page itself and not by matplotlib, so that they take its colours, in light and in dark, and its
letters, and stay sharp at any size.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from matplotlib.ticker import LogLocator, MaxNLocator


@dataclass(frozen=True)
class Axis:
    """Where values go on the way from ``start`` to ``end``, in units of the drawing.

    Attributes:
        low: The value at ``start``.
        high: The value at ``end``, above it.
        start: Where the axis begins.
        end: Where it ends.
        logarithmic: Whether equal distances are equal ratios.
        whole: Whether only whole numbers have ticks.
    """

    low: float
    high: float
    start: float
    end: float
    logarithmic: bool = False
    whole: bool = False

    def at(self, value: float) -> float:
        """Return where a value goes."""
        low, high = self.low, self.high
        if self.logarithmic:
            value, low, high = math.log(value), math.log(low), math.log(high)
        return round(self.start + (value - low) / (high - low) * (self.end - self.start), 2)

    @cached_property
    def ticks(self) -> list[tuple[float, str]]:
        """Where the ticks are, and their labels."""
        if self.logarithmic:
            decades = math.log10(self.high / self.low)
            locator: LogLocator | MaxNLocator = LogLocator(
                subs=(1, 2, 5) if decades < 1.5 else (1, 3) if decades < 3 else (1,), numticks=8
            )
        else:
            locator = MaxNLocator(5, integer=self.whole, min_n_ticks=1, steps=[1, 2, 2.5, 5, 10])
        margin = 1e-9 * (self.high - self.low)
        values = [float(value) for value in locator.tick_values(self.low, self.high)]
        return [(self.at(value), short(value)) for value in values if self.low - margin <= value <= self.high + margin]


def short(value: float) -> str:
    """Return the label of a tick, which has room for few digits: ``"7.5e-4"`` instead of ``"0.00075"``."""
    label = f"{value:g}"
    if len(label) <= len("0.0005"):
        return label
    mantissa, exponent = f"{value:.5e}".split("e")
    return min(label, f"{float(mantissa):g}e{int(exponent)}", key=len)


def axis_around(values: Iterable[float], *, start: float, end: float, logarithmic: bool = False) -> Axis:
    """Return an axis with a little room around values, which are finite; at least one is there."""
    values = list(values)
    low, high = min(values), max(values)
    if logarithmic:
        return Axis(low / 1.15, high * 1.15, start, end, logarithmic=True)
    # Ticks close to a single value, such as a constant learning rate, would have too many digits.
    margin = 0.06 * (high - low) or 0.5 * abs(high) or 0.5
    return Axis(low - margin, high + margin, start, end)


def path(points: Sequence[tuple[float, float]]) -> str:
    """Return points as the path of an SVG line."""
    return "M" + "L".join(f"{x:g} {y:g}" for x, y in points)
