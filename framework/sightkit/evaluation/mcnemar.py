"""Two classifiers on the same images: McNemar's test of their accuracies, and an interval of the difference."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightkit.evaluation.intervals import wilson_interval

if TYPE_CHECKING:
    from sightkit.contracts import Predictions

EXACT_BELOW = 25
"""With fewer images that only one classifier is right about, the binomial distribution is used itself: its normal
approximation is good from about here on."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PairedCounts:
    """How many images two classifiers are right about.

    Attributes:
        both: Both are right.
        only_first: The first one is right, the second wrong.
        only_second: The second one is right, the first wrong.
        neither: Both are wrong.
    """

    both: int
    only_first: int
    only_second: int
    neither: int

    @property
    def images(self) -> int:
        """How many there are."""
        return self.both + self.only_first + self.only_second + self.neither

    @property
    def discordant(self) -> int:
        """How many only one classifier is right about: those that tell them apart."""
        return self.only_first + self.only_second

    @property
    def difference(self) -> float:
        """The accuracy of the second classifier minus that of the first; ``nan`` without images."""
        return (self.only_second - self.only_first) / self.images if self.images else math.nan


def paired_counts(first: Predictions, second: Predictions) -> PairedCounts:
    """Count what two classifiers are right about; both predictions are of the same images in the same order."""
    right, also = (each.probabilities.argmax(axis=1) == each.labels for each in (first, second))
    return PairedCounts(
        both=int((right & also).sum()),
        only_first=int((right & ~also).sum()),
        only_second=int((~right & also).sum()),
        neither=int((~right & ~also).sum()),
    )


def mcnemar_p_value(counts: PairedCounts) -> float:
    """Return how probable a difference this large, or a larger one, is between classifiers that are equally accurate.

    Then each image that only one is right about is as likely to be the one's as the other's. Two-sided; from the
    binomial distribution below `EXACT_BELOW` such images, from the normal approximation without correction for
    continuity above: the test is then neither conservative nor liberal by more than a few tenths of a percent. Source:
    Q. McNemar, "Note on the sampling error of the difference between correlated proportions or percentages",
    Psychometrika 12 (1947), 153-157.
    """
    if counts.discordant == 0:
        return 1.0
    if counts.discordant < EXACT_BELOW:
        fewer = min(counts.only_first, counts.only_second)
        tail = sum(math.comb(counts.discordant, k) for k in range(fewer + 1))
        return min(1.0, 2 * tail / math.ldexp(1.0, counts.discordant))
    distance = abs(counts.only_second - counts.only_first) / math.sqrt(counts.discordant)
    return math.erfc(distance / math.sqrt(2))


def accuracy_difference_interval(counts: PairedCounts) -> tuple[float, float]:
    """Return the 95 % interval of the difference in accuracy, second minus first; ``(nan, nan)`` without images.

    It is made of the Wilson intervals of both accuracies and the correlation between being right. Source: R. G.
    Newcombe, "Improved confidence intervals for the difference between binomial proportions based on paired data",
    Statistics in Medicine 17 (1998), 2635-2650, method 10.
    """
    if not counts.images:
        return math.nan, math.nan
    below_first, above_first = reaches(counts.both + counts.only_first, counts.images)
    below_second, above_second = reaches(counts.both + counts.only_second, counts.images)
    phi = correlation(counts)
    low = math.hypot(below_second, above_first) ** 2 - 2 * phi * below_second * above_first
    high = math.hypot(above_second, below_first) ** 2 - 2 * phi * above_second * below_first
    return counts.difference - math.sqrt(max(low, 0.0)), counts.difference + math.sqrt(max(high, 0.0))


def reaches(successes: int, trials: int) -> tuple[float, float]:
    """Return how far Wilson's interval of a proportion reaches below and above it."""
    low, high = wilson_interval(successes, trials)
    return successes / trials - low, high - successes / trials


def correlation(counts: PairedCounts) -> float:
    """Return the correlation between the one being right and the other being right, as the interval wants it.

    Newcombe corrects a positive one for continuity; it is 0 where one classifier is always right or always wrong.
    """
    sums = (
        counts.both + counts.only_first,
        counts.only_second + counts.neither,
        counts.both + counts.only_second,
        counts.only_first + counts.neither,
    )
    if 0 in sums:
        return 0.0
    excess = counts.both * counts.neither - counts.only_first * counts.only_second
    corrected = max(excess - counts.images / 2, 0.0) if excess > 0 else float(excess)
    return corrected / math.sqrt(math.prod(sums))
