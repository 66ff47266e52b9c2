"""The learning curves: what history.csv says, as charts."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from sightkit_plugins.reports._page.chart import Axis, axis_around, path

if TYPE_CHECKING:
    from sightkit import ReportTask

WIDTH, HEIGHT = 340, 220
LEFT, RIGHT, TOP, BOTTOM = 44, 332, 10, 190
MANY_RATIOS = 20
"""A loss that falls by more than this is drawn on a logarithmic scale."""
VALIDATION = "validation_"


@dataclass(frozen=True, kw_only=True)
class Line:
    """One curve.

    Attributes:
        name: What it is of: ``"training"`` or ``"validation"``.
        path: Its SVG path; empty for a single point.
        points: Where its values are, for those that stand alone.
        summary: The curve in words.
    """

    name: str
    path: str
    points: list[tuple[float, float]]
    summary: str


@dataclass(frozen=True, kw_only=True)
class Curves:
    """One chart of learning curves.

    Attributes:
        title: What is drawn.
        logarithmic: Whether its scale is.
        x: Epochs.
        y: Values.
        lines: The curves.
        stages: Where each stage but the first begins, and its number.
        best: Where the best epoch is; ``None`` where it is unknown.
    """

    title: str
    logarithmic: bool
    x: Axis
    y: Axis
    lines: list[Line]
    stages: list[tuple[float, int]]
    best: float | None


def learning_curves(task: ReportTask, *, monitor: str) -> list[Curves]:
    """Return charts of the loss, of the metric that decided on the best epoch, and of the learning rate."""
    history = task.history
    if not history:
        return []
    best = task.manifest.get("model", {}).get("best_epoch")
    wanted = {
        "loss": ("Loss", ["loss", f"{VALIDATION}loss"]),
        monitor: (monitor.replace("-", " ").capitalize(), [monitor, VALIDATION + monitor]),
        "learning_rate": ("Learning rate", ["learning_rate"]),
    }
    charts = [curves_of(history, title, columns, best=best) for title, columns in wanted.values()]
    return [chart for chart in charts if chart is not None]


def curves_of(
    history: Sequence[Mapping[str, float]], title: str, columns: Sequence[str], *, best: int | None
) -> Curves | None:
    """Return the chart of some columns; ``None`` where none of them has a value."""
    series = {column: [(row["epoch"], row[column]) for row in history if finite(row, column)] for column in columns}
    series = {column: values for column, values in series.items() if values}
    if not series:
        return None
    values = [value for each in series.values() for _, value in each]
    logarithmic = "loss" in columns and min(values) > 0 and max(values) / min(values) > MANY_RATIOS
    last = history[-1]["epoch"]
    x = Axis(1, last, LEFT, RIGHT, whole=True) if last > 1 else Axis(0.5, 1.5, LEFT, RIGHT, whole=True)
    y = axis_around(values, start=BOTTOM, end=TOP, logarithmic=logarithmic)
    lines = [line_of(column, values, x=x, y=y) for column, values in series.items()]
    changes = [now for before, now in pairwise(history) if now["stage"] != before["stage"]]
    # A stage begins between two epochs.
    stages = [(x.at(row["epoch"] - 0.5), int(row["stage"])) for row in changes]
    return Curves(
        title=title,
        logarithmic=logarithmic,
        x=x,
        y=y,
        lines=lines,
        stages=stages,
        best=None if best is None or best > last else x.at(best),
    )


def finite(row: Mapping[str, float], column: str) -> bool:
    """Say whether a row has a value in a column."""
    return math.isfinite(row.get(column, math.nan))


def line_of(column: str, values: Sequence[tuple[float, float]], *, x: Axis, y: Axis) -> Line:
    """Return one curve."""
    points = [(x.at(epoch), y.at(value)) for epoch, value in values]
    name = "learning rate" if column == "learning_rate" else "validation" if VALIDATION in column else "training"
    (first, begins), (last, ends) = values[0], values[-1]
    summary = f"{name}: {begins:.4g} after epoch {first:g}, {ends:.4g} after epoch {last:g}"
    return Line(name=name, path=path(points) if len(points) > 1 else "", points=points, summary=summary)
