"""The confusion matrix as CSV files that a spreadsheet opens and a program reads."""

from __future__ import annotations

import csv
import math
import unicodedata
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit_plugins.reports._confusion import ConfusionMatrix

CORNER = "actual / predicted"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n")


def write_tables(matrix: ConfusionMatrix, stem: Path) -> list[Path]:
    """Write ``<stem>.csv`` with counts and ``<stem>-rates.csv`` with shares of the actual class, and return them.

    Rows are actual classes, columns predicted ones; the share of a class without images is empty. UTF-8 with the mark
    by which spreadsheets know it (``encoding="utf-8-sig"`` in Python; pandas takes it as it is).
    """
    rates = [["" if math.isnan(rate) else round(rate, 6) for rate in row] for row in matrix.rates.tolist()]
    return [
        write_table(matrix.classes, matrix.counts.tolist(), stem.with_name(f"{stem.name}.csv")),
        write_table(matrix.classes, rates, stem.with_name(f"{stem.name}-rates.csv")),
    ]


def write_table(classes: Iterable[str], cells: list[list[object]], path: Path) -> Path:
    """Write one table with the class names around it."""
    names = [harmless(name) for name in classes]
    # A name from a folder may hold bytes that are no text; better an escape in the table than no table.
    with path.open("w", encoding="utf-8-sig", errors="backslashreplace", newline="") as file:
        table = csv.writer(file)
        table.writerow([CORNER, *names])
        table.writerows([name, *row] for name, row in zip(names, cells, strict=True))
    return path


def harmless(name: str) -> str:
    """Return a class name that no spreadsheet takes for a formula.

    Class names often come from folders of a downloaded archive, and ``=HYPERLINK(...)`` runs where it is opened. An
    apostrophe in front makes it text, as OWASP advises against "CSV injection". Numbers such as ``-1`` stay as they
    are: they do no harm, and are names that people use.
    """
    # Spreadsheets in East Asian locales read full-width signs like the narrow ones that NFKC makes of them.
    starts_a_formula = unicodedata.normalize("NFKC", name).startswith(FORMULA_STARTS)
    return f"'{name}" if starts_a_formula and not is_number(name) else name


def is_number(name: str) -> bool:
    """Return whether a class name is a plain number."""
    try:
        float(name)
    except ValueError:
        return False
    return name.isascii() and name.strip() == name
