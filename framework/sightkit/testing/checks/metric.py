"""What every metric owes: a score of whole arrays that knows good predictions from bad ones, whatever their order."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import numpy as np

from sightkit.contracts import MetricFunction, MetricTask, Predictions, Score
from sightkit.errors import SightkitError
from sightkit.evaluation.scores import value_all
from sightkit.runs.building.build import build_function
from sightkit.testing.contract import Contract
from sightkit.testing.finding import BrokenContractError, NotApplicableError
from sightkit.testing.subject import Subject

if TYPE_CHECKING:
    from numpy.typing import NDArray

CLASSES, COUNT = 20, 190
"""Enough classes for any top k."""
SHARPNESS = 0.98
"""The probability that a confident prediction gives to one class."""
TOLERANCE = 1e-9


def metric_of(subject: Subject) -> MetricFunction:
    """Return the metric for classes with plain names."""
    task = MetricTask(classes=tuple(f"class {number}" for number in range(CLASSES)))
    return subject.once("metric", lambda: build_function_of(subject, task))


def build_function_of(subject: Subject, task: MetricTask) -> MetricFunction:
    """Return what is built itself, which may have more than a call: `resampled`."""
    build_function(subject.use, task)
    metric: MetricFunction = subject.component.build(subject.use.params, task)  # type: ignore[assignment]
    return metric


def score(subject: Subject, labels: NDArray[np.int64], probabilities: NDArray[np.float64]) -> Score:
    """Return the score of predictions as the core asks for it, on arrays that refuse to be written to."""
    predictions = Predictions(ids=tuple(map(str, range(len(labels)))), labels=labels, probabilities=probabilities)
    return value_all({subject.component.name: metric_of(subject)}, predictions)[subject.component.name]


def actual() -> NDArray[np.int64]:
    """Return labels int64 ``(n,)``, classes of different sizes."""
    sizes = np.arange(CLASSES) // 2 + 5
    return np.repeat(np.arange(CLASSES), sizes)[-COUNT:]


def guesses(seed: int = 0) -> NDArray[np.float64]:
    """Return probabilities float64 ``(n, classes)`` that are right more often than not."""
    made: NDArray[np.float64] = np.random.default_rng(seed).dirichlet(np.full(CLASSES, 0.3), COUNT)
    made[np.arange(COUNT), actual()] += 0.5
    made /= made.sum(axis=1, keepdims=True)
    return made


def confident(classes: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return probabilities that are nearly sure of a class for each image."""
    rest = (1 - SHARPNESS) / (CLASSES - 1)
    return np.where(np.eye(CLASSES)[classes] > 0, SHARPNESS, rest)


def builds(subject: Subject) -> None:
    """It builds a function of labels and probabilities."""
    try:
        metric_of(subject)
    except SightkitError as error:
        raise BrokenContractError(
            expected="a function of labels and probabilities",
            found=str(error),
            remedy="return a function, or an object that can be called, from build",
        ) from error


def returns_a_score(subject: Subject) -> None:
    """It returns a Score with plain finite numbers, and writes to none of the arrays that it is given."""
    try:
        score(subject, actual(), guesses())
    except SightkitError as error:
        raise BrokenContractError(
            expected="a sightkit.Score of finite numbers, or nan where it is not defined",
            found=str(error),
            remedy="return Score(value=float(...)); per_class has a number for each class; copy arrays before changing "
            "them, they are read-only",
        ) from error


def prefers_perfect_predictions(subject: Subject) -> None:
    """In the direction it states, perfect predictions are better than the worst, and no worse than random ones."""
    labels = actual()
    random = np.random.default_rng(2).dirichlet(np.ones(CLASSES), COUNT)
    tried = {"perfect": np.eye(CLASSES)[labels], "random": random, "worst": worst(labels)}
    scores = {name: score(subject, labels, each) for name, each in tried.items()}
    sign = 1 if scores["perfect"].higher_is_better else -1
    values = {name: sign * each.value for name, each in scores.items()}
    if not (values["perfect"] > values["worst"] and values["perfect"] >= values["random"]):
        raise BrokenContractError(
            expected=f"perfect predictions to score {'highest' if sign == 1 else 'lowest'}, since higher_is_better is "
            f"{sign == 1}",
            found=", ".join(f"{name} {each.value:.4g}" for name, each in scores.items()),
            remedy="state the direction: Score(..., higher_is_better=False) for what is an error; or turn its sign",
        )


def worst(labels: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return predictions that are sure of a wrong class and give the right one the least."""
    made = confident((labels + 1) % CLASSES)
    made[np.arange(COUNT), labels] = 0.0
    made /= made.sum(axis=1, keepdims=True)
    return made


def does_not_depend_on_the_order(subject: Subject) -> None:
    """The order of the images does not matter, nor that it was asked before."""
    order = np.random.default_rng(3).permutation(COUNT)
    first = score(subject, actual(), guesses())
    second = score(subject, actual()[order], guesses()[order])
    if not alike([first.value, *(first.per_class or ())], [second.value, *(second.per_class or ())]):
        raise BrokenContractError(
            expected=f"{first.value!r} for the same images in another order",
            found=repr(second.value),
            remedy="take no part of the arrays, and draw nothing at random; sort stably where ties decide",
        )


def alike(ones: list[float], others: list[float]) -> bool:
    """Say whether numbers are the same but for rounding; nan is like nan."""
    return len(ones) == len(others) and all(
        math.isclose(one, other, rel_tol=TOLERANCE, abs_tol=TOLERANCE) or (math.isnan(one) and math.isnan(other))
        for one, other in zip(ones, others, strict=True)
    )


def copes_with_absent_classes(subject: Subject) -> None:
    """A split without images of some classes, of one class only, or of a single image has a score, or nan."""
    labels, probabilities = actual(), guesses()
    for name, rows in {
        "without some classes": labels % 3 == 0,
        "with one class only": labels == CLASSES - 1,
        "of a single image": np.arange(COUNT) == 0,
    }.items():
        try:
            score(subject, labels[rows], probabilities[rows])
        except SightkitError as error:
            raise BrokenContractError(
                expected=f"a score, or nan, for a split {name}",
                found=str(error),
                remedy="give classes without images the value nan, and leave them out of means (numpy.nanmean); take "
                "the number of classes from task.classes, not from the labels",
            ) from error


def resampled_is_the_metric(subject: Subject) -> None:
    """What `resampled` says of counts is what the metric says of arrays with as many copies of each image."""
    metric = metric_of(subject)
    if not hasattr(metric, "resampled"):
        reason = "it has no method resampled"
        raise NotApplicableError(reason)
    labels, probabilities = actual(), guesses()
    ones = np.ones((1, COUNT), np.int64)
    drawn = np.random.default_rng(4).multinomial(COUNT, np.full(COUNT, 1 / COUNT), size=2)
    counts = np.concatenate([ones, drawn])
    made = np.asarray(metric.resampled(labels, probabilities, counts))
    if made.shape not in {(len(counts),), (len(counts), 1 + CLASSES)}:
        raise BrokenContractError(
            expected=f"resampled to return shape (resamples,) or (resamples, 1 + classes), here ({len(counts)},)",
            found=f"shape {made.shape}",
            remedy="return the value of each resample, and those of the classes behind it if you like",
        )
    for row, values in zip(counts, made.reshape(len(counts), -1), strict=True):
        plain = score(subject, np.repeat(labels, row), np.repeat(probabilities, row, axis=0))
        expected = [plain.value, *(plain.per_class or ())][: len(values)]
        if not alike(expected, values.tolist()):
            which = "counts of one" if (row == 1).all() else "images drawn several times"
            raise BrokenContractError(
                expected=f"{expected[0]!r} for {which}, as the metric itself says",
                found=repr(values[0]),
                remedy="weigh every image by its count, and sum and divide by counts, not by the number of rows",
            )


CONTRACT = Contract(
    first=(builds, returns_a_score),
    then=(
        prefers_perfect_predictions,
        does_not_depend_on_the_order,
        copes_with_absent_classes,
        resampled_is_the_metric,
    ),
)
