"""Checking the rows of a table of images, and the classes that occur in them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import repeat
from pathlib import Path
from typing import NamedTuple

from sightkit_plugins.datasets._findings import nearest
from sightkit_plugins.datasets._rooted_paths import RootedPaths
from sightkit_plugins.datasets._split_words import EXPECTED_WORDS, split_of_word
from sightkit_plugins.datasets._table_file import Table

HEAVIEST = 3.4e38
"""The largest weight, which is what a float32 can hold."""


class Row(NamedTuple):
    """A row of a table of images."""

    number: int
    path: str
    label: str
    split: str
    weight: str


def check_rows(table: Table, *, root: Path, classes: Sequence[str] | None) -> tuple[list[str], list[str]]:
    """Return the path of each image, and what is wrong with rows, in their order."""
    rooted, known = RootedPaths(root), frozenset(classes or ())
    paths: list[str] = []
    findings: list[str] = []
    first: dict[str, Row] = {}
    columns = table.columns
    optional = (columns.get(name, repeat("")) for name in ("split", "weight"))
    for row in map(Row, table.numbers, columns["path"], columns["label"], *optional):
        path, wrong = rooted.find(row.path)
        wrong = what_is_wrong(row, classes, known) or wrong
        if wrong is None:
            paths.append(path)
            earlier = first.setdefault(path, row)
            wrong = None if earlier is row else what_is_double(row, earlier)
        if wrong:
            findings.append(f"row {row.number}: {wrong}")
    return paths, findings


def what_is_wrong(row: Row, classes: Sequence[str] | None, known: frozenset[str]) -> str | None:
    """Return what is wrong with the label, the split or the weight of a row."""
    if not row.label:
        return "expected a label, found an empty cell"
    if classes is not None and row.label not in known:
        return f"label {row.label!r} is none of the {len(classes)} classes{nearest(row.label, classes)}"
    if row.split and split_of_word(row.split) is None:
        return f"split {row.split!r}: expected {EXPECTED_WORDS}, or an empty cell"
    if not 0 <= weight_of(row.weight) <= HEAVIEST:
        return f"weight {row.weight!r}: expected a number of at least 0, such as 0.5, or an empty cell"
    return None


def weight_of(cell: str) -> float:
    """Return the weight in a cell: 1 where it is empty, ``nan`` where there is none."""
    try:
        return float(cell) if cell else 1.0
    except ValueError:
        return math.nan


def what_is_double(row: Row, earlier: Row) -> str:
    """Return what to say of an image that an earlier row has already."""
    what = f"is {row.label!r} here and {earlier.label!r} in" if row.label != earlier.label else "is the image of"
    return f"{row.path!r} {what} row {earlier.number}; expected every image once"


def sorted_classes(labels: Sequence[str]) -> list[str]:
    """Return the labels that occur: whole numbers by their value, anything else in code point order."""
    names = sorted(set(labels))
    return sorted(names, key=int) if all(name.isascii() and name.isdecimal() for name in names) else names
