"""Checking the rows of a table of images, and the classes that occur in them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from sightkit_plugins.datasets._findings import nearest
from sightkit_plugins.datasets._rooted_paths import RootedPaths
from sightkit_plugins.datasets._split_words import EXPECTED_WORDS, split_of_word
from sightkit_plugins.datasets._table_file import Row


def check_rows(rows: Sequence[Row], *, root: Path, classes: Sequence[str] | None) -> tuple[list[Path], list[str]]:
    """Return the path of each image, and what is wrong with rows, in their order."""
    rooted, known = RootedPaths(root), frozenset(classes or ())
    paths: list[Path] = []
    findings: list[str] = []
    first: dict[Path, Row] = {}
    for row in rows:
        path = rooted.find(row.cells["path"])
        wrong = what_is_wrong(row, classes, known) or (path if isinstance(path, str) else None)
        if wrong is None and isinstance(path, Path):
            paths.append(path)
            earlier = first.setdefault(path, row)
            wrong = None if earlier is row else what_is_double(row, earlier)
        if wrong:
            findings.append(f"row {row.number}: {wrong}")
    return paths, findings


def what_is_wrong(row: Row, classes: Sequence[str] | None, known: frozenset[str]) -> str | None:
    """Return what is wrong with the label or the split of a row."""
    label, split = row.cells["label"], row.cells.get("split")
    if not label:
        return "expected a label, found an empty cell"
    if classes is not None and label not in known:
        return f"label {label!r} is none of the {len(classes)} classes{nearest(label, classes)}"
    if split and split_of_word(split) is None:
        return f"split {split!r}: expected {EXPECTED_WORDS}, or an empty cell"
    return None


def what_is_double(row: Row, earlier: Row) -> str:
    """Return what to say of an image that an earlier row has already."""
    path, label, before = row.cells["path"], row.cells["label"], earlier.cells["label"]
    what = f"is {label!r} here and {before!r} in" if label != before else "is the image of"
    return f"{path!r} {what} row {earlier.number}; expected every image once"


def sorted_classes(labels: Sequence[str]) -> list[str]:
    """Return the labels that occur: whole numbers by their value, anything else in code point order."""
    names = sorted(set(labels))
    return sorted(names, key=int) if all(name.isascii() and name.isdecimal() for name in names) else names
