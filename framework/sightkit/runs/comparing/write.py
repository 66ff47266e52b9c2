"""The files of a comparison: pictures, and a table for a spreadsheet or a program."""

from __future__ import annotations

import csv
import io
import math
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cells import harmless_cell
from sightkit.errors import StorageError
from sightkit.files import write_text
from sightkit.paths import short

if TYPE_CHECKING:
    from sightkit.runs.comparing.result import Comparison

COLUMNS = ("metric", "run", "minus", "value", "low", "high", "p_value", "adjusted_p_value", "test")


def write_comparison(comparison: Comparison, folder: Path) -> list[Path]:
    """Write everything into a folder and return the files.

    Raises:
        StorageError: they can't be written.
    """
    from sightkit.runs.comparing.curves import draw_curves
    from sightkit.runs.comparing.picture import draw_scores

    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{short(folder)}: cannot be made: {error.strerror or error}; choose another place with --output"
        raise StorageError(message) from error
    pictures = [draw_scores(comparison, folder / "scores.png"), draw_curves(comparison, folder / "curves.png")]
    table = folder / "comparison.csv"
    write_text(table, csv_text(comparison))
    return [*pictures, table]


def csv_text(comparison: Comparison) -> str:
    """Return scores and differences in one table; the rows of differences name the run that is taken away."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(COLUMNS)
    for metric in comparison.metrics:
        for run in comparison.runs:
            score = run.scores[metric]
            interval = score.interval or (math.nan, math.nan)
            names = (harmless_cell(metric), harmless_cell(run.name), "")
            table.writerow([*names, *map(cell, (score.value, *interval)), "", "", ""])
        for each in comparison.differences:
            if each.metric == metric:
                names = (harmless_cell(metric), harmless_cell(each.second), harmless_cell(each.first))
                numbers = (each.value, *each.interval, each.p_value, each.adjusted_p_value)
                table.writerow([*names, *map(cell, numbers), each.test or ""])
    return text.getvalue()


def cell(value: float) -> str:
    """Return a number as text; nothing where it is not defined."""
    return "" if math.isnan(value) else repr(value)
