"""How well probabilities rank images: ROC AUC and average precision of a class against the rest, with intervals.

Both come with their *influence*: by how much the value, times the number of images, changes with the weight of each
image. What is computed of several classes has the same combination of their influences, and the sum of their squares
is its variance. Nothing has to be resampled, which for rankings would mean to sort each resample.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np
from scipy.special import expit, logit, stdtrit
from scipy.stats import rankdata

from sightkit import Score

if TYPE_CHECKING:
    from numpy.typing import NDArray

Ranked: TypeAlias = "tuple[float, NDArray[np.float64]]"
"""A value, ``nan`` where it is not defined, and its influence float64 ``(n,)``."""


@dataclass(frozen=True, slots=True)
class OneVsRest:
    """A metric of rankings, of each class against the rest and averaged.

    A class for which it is not defined has no value (``nan``) and no part in the average.

    Attributes:
        rank: From which images are of a class, bool ``(n,)``, and its probabilities ``(n,)`` to what comes of them.
        average: ``"macro"``: all classes weigh the same; ``"weighted"``: each weighs as many images as it has.
        method: How intervals are found, in a word.
    """

    rank: Callable[[NDArray[np.bool_], NDArray[np.float64]], Ranked]
    average: Literal["macro", "weighted"]
    method: str

    def __call__(self, labels: NDArray[np.int64], probabilities: NDArray[np.float64], /) -> Score:
        """Score probabilities ``(n, classes)`` against labels ``(n,)``."""
        classes = probabilities.shape[1]
        images = np.bincount(labels, minlength=classes).astype(np.float64)
        weights = images if self.average == "weighted" else np.ones(classes)
        values, intervals, influence = np.full(classes, np.nan), [], np.zeros(len(labels))
        for label in range(classes):
            values[label], own = self.rank(labels == label, probabilities[:, label])
            intervals.append(interval_of(values[label], own))
            influence += weights[label] * own
        weights = np.where(np.isnan(values), 0.0, weights)
        total = weights.sum() or math.nan
        mean = float(np.nan_to_num(values) @ weights / total)
        if self.average == "weighted":
            # The weights are drawn, too: one more image of a class that is ranked well lifts the average.
            influence += len(labels) * np.nan_to_num(values[labels] - mean)
        return Score(
            value=mean,
            macro=self.average == "macro",
            per_class=tuple(values.tolist()),
            interval=interval_of(mean, influence / total),
            method=self.method,
            per_class_intervals=tuple(intervals),
            per_class_method=self.method,
        )


def interval_of(value: float, influence: NDArray[np.float64]) -> tuple[float, float]:
    """Return the 95 % interval of a value between 0 and 1 from its influence.

    Its logarithmic odds, divided by their error, are taken to follow Student's t. Odds keep the interval between 0 and
    1 and hold better near them than the value itself (M. S. Pepe, "The statistical evaluation of medical tests for
    classification and prediction", 2003, section 5.2). The degrees of freedom say how well the error is known: where
    some images decide it, not well. They are twice the squared variance by the variance of the variance: F. E.
    Satterthwaite, "An approximate distribution of estimates of variance components", Biometrics Bulletin 2 (1946),
    110-114. With a normal distribution instead, `tests/benchmarks/intervals.py` finds intervals much too narrow.

    Returns:
        The interval; ``(nan, nan)`` where the value does not change with any image's weight: for one thing, of classes
        that are told apart perfectly.
    """
    images, squares = len(influence), influence**2
    total = float(squares.sum())
    if not 0 < value < 1 or total <= 0:
        return math.nan, math.nan
    # Where all images have the same influence the error is known exactly, but for what floating point leaves.
    freedom = 2 * total**2 / max(float(squares @ squares) - total**2 / images, 1e-12 * total**2)
    reach = stdtrit(freedom, 0.975) * math.sqrt(total) / images / (value * (1 - value))
    low, high = expit(logit(value) + np.array([-reach, reach])).tolist()
    return low, high


def roc_auc_of(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> Ranked:
    """Return the area under the ROC curve: how often an image of the class has the larger score; ties count half.

    It is not defined without images of the class, or of the others. The influence makes the variance that of E. R.
    DeLong, D. M. DeLong and D. L. Clarke-Pearson, "Comparing the areas under two or more correlated receiver operating
    characteristic curves: a nonparametric approach", Biometrics 44 (1988), 837-845; midranks give it in the time of a
    sort, as X. Sun and W. Xu, "Fast implementation of DeLong's algorithm for comparing the areas under correlated
    receiver operating characteristic curves", IEEE Signal Processing Letters 21 (2014), 1389-1393, found.
    """
    images = len(scores)
    of, others = int(positive.sum()), images - int(positive.sum())
    influence = np.zeros(images)
    if not of or not others:
        return math.nan, influence
    ranks = rankdata(scores)
    below = (ranks[positive] - rankdata(scores[positive])) / others
    above = 1 - (ranks[~positive] - rankdata(scores[~positive])) / of
    value = float(below.mean())
    # DeLong's variances are those of samples: divided by one less than there are images.
    influence[positive] = (below - value) * images / math.sqrt(of * max(of - 1, 1))
    influence[~positive] = (above - value) * images / math.sqrt(others * max(others - 1, 1))
    return value, influence


def average_precision_of(positive: NDArray[np.bool_], scores: NDArray[np.float64]) -> Ranked:
    """Return the precision at the score of each image of the class, averaged over them.

    It is not defined without images of the class. The influence is its derivative by the weight of each image, and so
    the variance that of the infinitesimal jackknife: L. A. Jaeckel, "The infinitesimal jackknife", Bell Laboratories
    memorandum MM 72-1215-11 (1972); B. Efron, "The jackknife, the bootstrap and other resampling plans", SIAM (1982),
    chapter 6.
    """
    images, of = len(scores), int(positive.sum())
    if not of:
        return math.nan, np.zeros(images)
    order = np.argsort(-scores, kind="stable")
    right = positive[order].astype(np.float64)
    # Images of one score are taken together: each sees the counts at the last of them.
    last = np.searchsorted(-scores[order], -scores[order], side="right") - 1
    first = np.searchsorted(-scores[order], -scores[order], side="left")
    taken = last + 1.0
    found = np.cumsum(right)[last]
    value = float((right * found / taken).sum() / of)
    # An image is in the counts of every image of the class whose score is not above its own.
    after = right / taken
    gained, lost = from_here(after)[first], from_here(after * found / taken)[first]
    ordered = right * (found / taken - value + gained) - lost
    influence = np.empty(images)
    influence[order] = ordered * images / of
    return value, influence


def from_here(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the sum of each value and all after it."""
    return np.cumsum(values[::-1])[::-1]
