"""The curve of a learning-rate range test: its losses smoothed, where they diverge, and which rate they suggest."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

LEAST = 10
"""So many losses are needed before anything is said of them."""
SMOOTHED_PART = 1 / 20
"""Over which part of all steps losses are averaged: a third of an order of magnitude, of the seven there are."""
DIVERGED = 4.0
"""How many times its lowest value the smoothed loss may be; fastai's learning-rate finder ends there, too."""
BELOW_LOWEST = 10.0
STANDARD_ERRORS = 5.0
"""How far the loss has to fall; by so much because the lowest of many averages is low by chance, too."""
ROUNDING = 1e-6


def smooth(losses: NDArray[np.float64], *, steps: int) -> NDArray[np.float64]:
    """Return the exponential moving average of losses ``(n,)``, corrected for its start at zero.

    Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015, section 3, for the correction.

    Args:
        losses: The first ``n``, or all.
        steps: How many there would be in all, which decides over how many the average is.
    """
    kept, average, averages = 1 - 1 / averaged(steps), 0.0, np.empty(len(losses))
    for index, loss in enumerate(losses.tolist()):
        average = kept * average + (1 - kept) * loss
        averages[index] = average / (1 - kept ** (index + 1))
    return averages


def averaged(steps: int) -> float:
    """Return over about how many losses an average is."""
    return max(1.0, SMOOTHED_PART * steps)


def until_divergence(losses: NDArray[np.float64], *, steps: int) -> int:
    """Return how many losses ``(n,)`` there are before one isn't finite, or the smoothed loss is far above its lowest.

    Losses that follow don't change it.
    """
    lowest = math.inf
    for index, (loss, average) in enumerate(zip(losses, smooth(losses, steps=steps), strict=True)):
        # Four times the lowest, written so that it is above it, too, where regularisation makes losses negative.
        if not math.isfinite(loss) or average > lowest + (DIVERGED - 1) * abs(lowest):
            return index
        if index + 1 >= LEAST:
            lowest = min(lowest, float(average))
    return len(losses)


def lowest_point(losses: NDArray[np.float64], *, steps: int) -> int | None:
    """Return where the smoothed loss is lowest; ``None`` if it doesn't fall by more than chance would let it.

    Args:
        losses: float64 ``(n,)``, finite.
        steps: See `smooth`.
    """
    if len(losses) < 2 * LEAST:
        return None
    averages = smooth(losses, steps=steps)
    lowest = LEAST + int(np.argmin(averages[LEAST:]))
    start = float(losses[:LEAST].mean())
    # The variance of an exponential average over k independent values is theirs divided by 2 k - 1.
    error = noise(losses) * math.sqrt(1 / LEAST + 1 / (2 * averaged(steps) - 1))
    falls = start - averages[lowest] > max(STANDARD_ERRORS * error, ROUNDING * abs(start))
    return lowest if falls else None


def noise(losses: NDArray[np.float64]) -> float:
    """Return the standard deviation of losses ``(n,)`` around whatever trend they have.

    From the median of the absolute differences of neighbours, to which a trend adds hardly anything, and a few wild
    losses nothing. It is 0.6745 for a standard normal distribution; differences have twice the variance.
    """
    return float(np.median(np.abs(np.diff(losses))) / (0.6745 * math.sqrt(2)))


def suggest(rates: NDArray[np.float64], losses: NDArray[np.float64], *, steps: int) -> float | None:
    """Return a tenth of the rate at which the smoothed loss is lowest, with two digits; ``None`` if it doesn't fall.

    At the lowest point itself training is on the edge of diverging. An order of magnitude before it, it still learns
    about as fast as it can. Where the loss falls most steeply, which is a common choice, too, is several times lower,
    and too low for networks that are trained from the beginning: it is where they begin to learn at all.

    Source: Gugger, "How Do You Find A Good Learning Rate", 2018,
    https://sgugger.github.io/how-do-you-find-a-good-learning-rate.html

    Args:
        rates: float64 ``(n,)``, ascending.
        losses: float64 ``(n,)``, finite.
        steps: See `smooth`.
    """
    lowest = lowest_point(losses, steps=steps)
    return None if lowest is None else float(f"{rates[lowest] / BELOW_LOWEST:.1e}")
