"""The confusion matrix in plain text, for the terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len

from sightkit_plugins.reports._confusion import confused_pairs, percent, shown_names

if TYPE_CHECKING:
    from sightkit_plugins.reports._confusion import ConfusionMatrix

CLASSES_IN_FULL = 20
PAIRS = 10
NAME_WIDTH = 24
LINE_WIDTH = 80


def describe(matrix: ConfusionMatrix, *, split: str) -> str:
    """Return the whole matrix with the recall of each class; of more than 20 classes the most confused pairs."""
    summary = (
        f"{split}: {matrix.correct:,} of {matrix.images_in_words} right, {percent(matrix.correct / matrix.images)}"
    )
    if len(matrix.classes) <= CLASSES_IN_FULL:
        return f"{summary}; rows are actual classes, columns predicted ones\n\n{matrix_text(matrix)}"
    return f"{summary}\n\n{pairs_text(matrix)}"


def matrix_text(matrix: ConfusionMatrix) -> str:
    """Return a row of counts for each actual class, headed by the names where they fit in a line, else by numbers."""
    names = shown_names(matrix.classes, width=NAME_WIDTH)
    recalls = [percent(rate) for rate in np.diagonal(matrix.rates)]
    counts = [[str(count) if count else "." for count in row] for row in matrix.counts.tolist()]

    def table(row_names: Sequence[str], column_names: Sequence[str]) -> list[str]:
        rows = [["", *column_names, "recall"]]
        rows += [[name, *row, recall] for name, row, recall in zip(row_names, counts, recalls, strict=True)]
        return aligned(rows, left=1)

    lines = table(names, names)
    if cell_len(lines[0]) > LINE_WIDTH:
        numbers = [str(label) for label in range(len(names))]
        digits = len(numbers[-1])
        lines = table([f"{label:>{digits}} {name}" for label, name in enumerate(names)], numbers)
    return "\n".join(lines)


def pairs_text(matrix: ConfusionMatrix) -> str:
    """Return the pairs of classes between which most images went wrong, the most frequent first."""
    names = shown_names(matrix.classes, width=NAME_WIDTH)
    pairs = confused_pairs(matrix)[:PAIRS]
    if not pairs:
        return "no image was taken for another class"
    rows = [["actual class", "taken for", "images", "of the class"]]
    rows += [[names[pair.actual], names[pair.predicted], f"{pair.images:,}", percent(pair.share)] for pair in pairs]
    return "\n".join(["most confused:", *aligned(rows, left=2)])


def aligned(rows: Sequence[Sequence[str]], *, left: int) -> list[str]:
    """Return a line for each row, columns padded to one width in terminal cells, the first ``left`` to the left."""
    widths = [max(map(cell_len, column)) for column in zip(*rows, strict=True)]
    lines = []
    for row in rows:
        gaps = [" " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        cells = [
            cell + gap if index < left else gap + cell for index, (cell, gap) in enumerate(zip(row, gaps, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines
