"""The scores of a run as rows of tables, for the whole split and for each class."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit import wilson_interval
from sightkit_plugins.reports._page.chart import Axis

if TYPE_CHECKING:
    from sightkit_plugins.reports._page.outcome import Outcome

STRIP = (4, 188)
"""Where the picture of an interval begins and ends."""


@dataclass(frozen=True, kw_only=True)
class Number:
    """A score with its interval; each may be undefined.

    Attributes:
        value: The score.
        low: Where its 95 % interval begins.
        high: Where it ends.
        method: How the interval was found, in a word.
        few: Whether there are too few images for the interval to be trusted.
        higher_is_better: Which direction is better.
    """

    value: float | None
    low: float | None = None
    high: float | None = None
    method: str = ""
    few: bool = False
    higher_is_better: bool = True

    @property
    def known(self) -> bool:
        """Whether it has an interval."""
        return self.low is not None and self.high is not None


def number_of(entry: Mapping[str, Any] | float | None) -> Number:
    """Return a score as it stands in scores.json, with its interval or without."""
    if not isinstance(entry, Mapping):
        return Number(value=entry)
    return Number(
        value=entry["value"],
        low=entry.get("low"),
        high=entry.get("high"),
        method=entry.get("method") or "",
        few=bool(entry.get("few_images", False)),
        higher_is_better=entry.get("higher_is_better", True),
    )


@dataclass(frozen=True, kw_only=True)
class ScoreTable:
    """The scores of every split.

    Attributes:
        splits: Their names, the one that the report is about first.
        rows: Each metric with its score in each split; ``None`` where it has none.
        axis: For the pictures of intervals: of scores that are at best 1. Losses and errors have none.
    """

    splits: list[str]
    rows: list[tuple[str, list[Number | None]]]
    axis: Axis

    @property
    def few(self) -> bool:
        """Whether the interval of a score can't be trusted."""
        return any(number is not None and number.few for _, row in self.rows for number in row)

    @property
    def called(self) -> list[tuple[str, str]]:
        """The metrics that had to be called for their interval, with how often, and so rest on fewer resamples."""
        shown = ((name, row[0].method) for name, row in self.rows if row[0] is not None)
        return [(name, method) for name, method in shown if method.startswith("called")]

    def drawable(self, number: Number | None) -> bool:
        """Say whether a score and its interval are on the axis."""
        return (
            number is not None
            and number.higher_is_better
            and number.value is not None
            and number.low is not None
            and number.high is not None
            and self.axis.low <= min(number.value, number.low)
            and max(number.value, number.high) <= self.axis.high
        )


def score_table(scores: Mapping[str, Mapping[str, Mapping[str, Any]]], *, split: str) -> ScoreTable:
    """Return the scores of the split that the report is about, and beside them those of the others."""
    splits = [split, *(other for other in scores if other != split)]
    metrics = list(dict.fromkeys(name for each in splits for name in scores.get(each, {})))
    rows = [
        (name, [number_of(scores[each][name]) if name in scores.get(each, {}) else None for each in splits])
        for name in metrics
    ]
    shown = [row[0] for _, row in rows if row[0] is not None and row[0].higher_is_better]
    inside = [number.low for number in shown if number.low is not None and 0 <= number.low <= 1]
    begin = np.floor(20 * min(inside, default=0) - 1e-9) / 20
    return ScoreTable(splits=splits, rows=rows, axis=Axis(max(0.0, float(begin)), 1.0, *STRIP))


@dataclass(frozen=True, kw_only=True)
class ClassRow:
    """One class in the table of classes.

    Attributes:
        label: The class.
        trained: How many training images it has; ``None`` where that isn't known.
        images: How many images of the split it has.
        recall: The share of them that was taken for it, with Wilson's interval.
        precision: The share of what was taken for it that is it, with Wilson's interval.
        f1: Their harmonic mean.
        confused: The class that its images were most often taken for wrongly, and how many; ``None`` for none.
        others: What further metrics say of the class, in the order of `ClassTable.others`.
        few: Whether it has too few images for its intervals to be trusted.
    """

    label: int
    trained: int | None
    images: int
    recall: Number
    precision: Number
    f1: float | None
    confused: tuple[int, int] | None
    others: list[Number]
    few: bool


@dataclass(frozen=True, kw_only=True)
class ClassTable:
    """The table of classes.

    Attributes:
        rows: One a class.
        others: The names of further metrics that have a value for each class.
    """

    rows: list[ClassRow]
    others: list[str]

    @property
    def few(self) -> bool:
        """Whether some class has too few images."""
        return any(row.few for row in self.rows)


def class_table(outcome: Outcome, scores: Mapping[str, Mapping[str, Any]], *, trained: list[int] | None) -> ClassTable:
    """Return a row for each class.

    Recall, precision and F1 are counted here, so that they are there whichever metrics the experiment names. They are
    those of the metrics: 0 where no image of the class was found, undefined for a class that occurs neither among the
    labels nor among the predictions.

    Args:
        outcome: The predictions.
        scores: Those of the split, as in ``scores.json``.
        trained: How many training images each class has.
    """
    per_class = {name: entry["per_class"] for name, entry in scores.items() if entry.get("per_class")}
    others = [name for name in per_class if name not in {"recall", "precision", "f1"}]
    counts = outcome.matrix.counts
    wrong = counts - np.diag(np.diagonal(counts))
    rows = []
    for label, name in enumerate(outcome.classes):
        hits, images, taken = int(counts[label, label]), int(counts[label].sum()), int(counts[:, label].sum())
        other = int(wrong[label].argmax())
        occurs = images + taken > 0
        rows.append(
            ClassRow(
                label=label,
                trained=trained[label] if trained else None,
                images=images,
                recall=share(hits, images) if occurs else Number(value=None),
                precision=share(hits, taken) if occurs else Number(value=None),
                f1=2 * hits / (images + taken) if occurs else None,
                confused=(other, int(wrong[label, other])) if wrong[label, other] else None,
                others=[number_of(per_class[metric].get(name)) for metric in others],
                few=any(number_of(each.get(name)).few for each in per_class.values()),
            )
        )
    return ClassTable(rows=rows, others=others)


def share(hits: int, images: int) -> Number:
    """Return a share of images with Wilson's interval; of none it is 0, and nothing is known."""
    low, high = wilson_interval(hits, images)
    return Number(value=hits / max(images, 1), low=low, high=high)
