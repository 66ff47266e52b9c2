"""The confusion matrix as CSV files that a spreadsheet opens and a program reads."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit import harmless_cell
from sightkit_plugins.reports._confusion import confused_pairs

if TYPE_CHECKING:
    from sightkit_plugins.reports._confusion import ConfusionMatrix

CORNER = "actual / predicted"


PAIR_COLUMNS = ("actual", "predicted", "images", "share of the actual class")
CLASS_COLUMNS = (
    "class", "images", "predicted", "true positives", "false positives", "false negatives", "true negatives",
    "precision", "recall", "f1",
)  # fmt: skip


def write_tables(matrix: ConfusionMatrix, stem: Path) -> list[Path]:
    """Write four tables and return them.

    ``<stem>.csv`` has counts and ``<stem>-rates.csv`` shares of the actual class: rows are actual classes, columns
    predicted ones; the share of a class without images is empty. ``<stem>-pairs.csv`` has the pairs of classes that
    were confused, the most frequent first, ``<stem>-classes.csv`` a row for each class: see `class_rows`. UTF-8 with
    the mark by which spreadsheets know it (``encoding="utf-8-sig"`` in Python; pandas takes it as it is).
    """
    names = [harmless_cell(name) for name in matrix.classes]
    rates = [[written(rate) for rate in row] for row in matrix.rates.tolist()]
    pairs = ((names[pair.actual], names[pair.predicted], pair) for pair in confused_pairs(matrix))
    tables: dict[str, list[Sequence[object]]] = {
        "": squared(names, matrix.counts.tolist()),
        "-rates": squared(names, rates),
        "-pairs": [
            PAIR_COLUMNS,
            *([actual, predicted, pair.images, written(pair.share)] for actual, predicted, pair in pairs),
        ],
        "-classes": [CLASS_COLUMNS, *class_rows(matrix, names)],
    }
    return [write_table(rows, stem.with_name(f"{stem.name}{part}.csv")) for part, rows in tables.items()]


def squared(names: Sequence[str], cells: Sequence[Sequence[object]]) -> list[Sequence[object]]:
    """Return the rows of a table with the class names above and before its cells."""
    return [[CORNER, *names], *([name, *row] for name, row in zip(names, cells, strict=True))]


def class_rows(matrix: ConfusionMatrix, names: Sequence[str]) -> list[list[object]]:
    """Return a row for each class: `CLASS_COLUMNS`.

    Precision, recall and F1 are those of the metrics: 0 where no image of the class was found, empty for a class that
    occurs neither among the labels nor among the predictions.
    """
    actual, predicted = matrix.counts.sum(axis=1).tolist(), matrix.counts.sum(axis=0).tolist()
    rows: list[list[object]] = []
    for name, images, taken, right in zip(names, actual, predicted, matrix.counts.diagonal().tolist(), strict=True):
        rates = [right / max(taken, 1), right / max(images, 1), 2 * right / max(images + taken, 1)]
        occurs = images + taken > 0
        rest = [taken - right, images - right, matrix.images - images - taken + right]
        rows.append([name, images, taken, right, *rest, *(written(rate) if occurs else "" for rate in rates)])
    return rows


def written(share: float) -> float | str:
    """Return a share with six decimals; nothing where it is not defined."""
    return "" if math.isnan(share) else round(share, 6)


def write_table(rows: Iterable[Sequence[object]], path: Path) -> Path:
    """Write one table."""
    # A name from a folder may hold bytes that are no text; better an escape in the table than no table.
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        csv.writer(file).writerows(rows)
    return path
