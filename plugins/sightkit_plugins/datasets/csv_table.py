"""csv: a table in a CSV or TSV file that gives the path and the label of each image."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

from pydantic import Field

from sightkit import DataError, Dataset, DatasetTask, Params, Samples, hookimpl

if TYPE_CHECKING:
    from sightkit import ImageSource


class CsvParams(Params):
    """Parameters of ``[dataset] use = "csv"``."""

    path: Path = Field(description="The CSV or TSV file, in UTF-8; its first row names the columns.")
    root: Path | None = Field(
        None, description="Folder that the paths in the table start from; by default that of the file."
    )
    path_column: str = Field("path", min_length=1, description="Column of the images' paths, relative to root.")
    label_column: str = Field("label", min_length=1, description="Column of the class names.")
    split_column: str | None = Field(
        None,
        min_length=1,
        description="Column of the splits: train, val or test, or empty where that is open; by default all are open.",
    )
    group_column: str | None = Field(
        None, min_length=1, description="Column of groups, such as patients, whose images stay in one split."
    )
    weight_column: str | None = Field(
        None,
        min_length=1,
        description="Column of numbers of at least 0: how much each image counts in training, compared to the others; "
        "empty for 1.",
    )
    delimiter: Literal[",", ";", "\t", "|"] | None = Field(
        None,
        description="What is between cells; by default a tab in .tsv files, else comma, semicolon or tab, as fits the "
        "first row.",
    )
    classes: tuple[str, ...] | None = Field(
        None,
        min_length=2,
        description="Class names in label order; by default those that occur, whole numbers by value, else in code "
        "point order.",
    )


def build_csv(params: CsvParams, _task: DatasetTask) -> ImageSource:
    """Return the images of a table; an image's id is its path as the table has it.

    Raises:
        DataError: the file is no such table, or rows of it can't be used; all of them are found before it is raised.
    """
    import numpy as np

    from sightkit_plugins.datasets._csv_rows import check_rows, sorted_classes, weight_of
    from sightkit_plugins.datasets._findings import counted, listing
    from sightkit_plugins.datasets._path_source import PathSource
    from sightkit_plugins.datasets._split_words import split_of_word
    from sightkit_plugins.datasets._table_file import read_table

    table = read_table(params.path, columns=wanted_columns(params), delimiter=params.delimiter)
    if not table.numbers:
        message = f"{params.path}: expected a row for each image below the header, found none"
        raise DataError(message)
    paths, findings = check_rows(table, root=params.root or params.path.parent, classes=params.classes)
    if findings:
        headline = f"{params.path}: {len(findings):,} of {counted(len(table.numbers), 'row')} cannot be used"
        raise DataError(listing(headline, findings, remedy="Correct or remove them."))
    columns = table.columns
    classes = params.classes or sorted_classes(columns["label"])
    label_of = {name: label for label, name in enumerate(classes)}
    samples = Samples(
        ids=tuple(columns["path"]),
        labels=np.array([label_of[label] for label in columns["label"]], dtype=np.int64),
        splits=tuple(map(split_of_word, columns["split"])) if params.split_column else None,
        groups=tuple(group or None for group in columns["group"]) if params.group_column else None,
        weights=np.array([weight_of(cell) for cell in columns["weight"]], np.float32) if params.weight_column else None,
    )
    return PathSource(classes, samples, paths, others=[params.path])


def wanted_columns(params: CsvParams) -> dict[str, str]:
    """Return the name of each column that is read, by what it holds."""
    optional = {"split": params.split_column, "group": params.group_column, "weight": params.weight_column}
    return {
        "path": params.path_column,
        "label": params.label_column,
        **{what: name for what, name in optional.items() if name},
    }


@hookimpl
def sightkit_datasets() -> list[Dataset[CsvParams]]:
    """Offer CSV and TSV files."""
    return [
        Dataset(
            name="csv",
            summary="A CSV or TSV file with the path and label of each image, its split, group and weight if known.",
            params=CsvParams,
            build=build_csv,
        )
    ]
