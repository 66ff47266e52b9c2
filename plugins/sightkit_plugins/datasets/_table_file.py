"""Reading a table from a text file, comma, semicolon or tab between its cells, with the row that each came from."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sightkit import DataError
from sightkit_plugins.datasets._findings import counted, listing, named, nearest

DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True, slots=True)
class Table:
    """The rows of a table that aren't empty, without its header.

    Attributes:
        numbers: The number of each row in the file as a spreadsheet counts: the header is row 1, empty rows count too.
        columns: The text in each column that was asked for, by what it was asked for as, without spaces around it.
    """

    numbers: Sequence[int]
    columns: Mapping[str, Sequence[str]]


def read_table(path: Path, *, columns: Mapping[str, str], delimiter: str | None = None) -> Table:
    """Return a table, UTF-8 with or without a byte order mark, whose first row names the columns.

    Args:
        path: The file.
        columns: The name in the header of each column that is wanted, by what to call it.
        delimiter: What is between cells; by default a tab in .tsv files, else that of comma, semicolon and tab which
            parts the header into the most of the columns that are wanted.

    Raises:
        DataError: the file can't be read or is no such table, lacks a column or has it twice, or has rows that are
            longer or shorter than its header.
    """
    text = read_text(path)
    delimiter = delimiter or ("\t" if path.suffix.lower() == ".tsv" else likely_delimiter(text, set(columns.values())))
    if not (rows := split_rows(path, text, delimiter=delimiter)):
        message = f"{path}: expected a row that names the columns, found an empty file"
        raise DataError(message)
    header = [cell.strip() for cell in rows[0][1]]
    place = {called: column_place(path, header, name) for called, name in columns.items()}
    ragged = [(number, len(cells)) for number, cells in rows if len(cells) != len(header)]
    if ragged:
        headline = (
            f"{path}: expected {counted(len(header), 'cell')} in each row, as in the header, "
            f"found {counted(len(ragged), 'row')} with another number"
        )
        raise DataError(listing(headline, [f"row {number}: {counted(count, 'cell')}" for number, count in ragged]))
    del rows[0]
    return Table(
        numbers=[number for number, _ in rows],
        columns={called: [cells[at].strip() for _, cells in rows] for called, at in place.items()},
    )


def split_rows(path: Path, text: str, *, delimiter: str) -> list[tuple[int, list[str]]]:
    """Return the cells of each row that isn't empty, with its number."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        return [(number, cells) for number, cells in enumerate(reader, start=1) if any(map(str.strip, cells))]
    except csv.Error as error:
        message = f"{path}: line {reader.line_num}: expected a table, found it broken: {error}"
        raise DataError(message) from error


def read_text(path: Path) -> str:
    """Return the text of a file, without a byte order mark."""
    try:
        if not path.is_file():  # a FIFO would be waited for
            found = "something else" if path.exists() else "nothing there"
            message = f"{path}: expected a CSV or TSV file, found {found}"
            raise DataError(message)
        content = path.read_bytes()
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror or error}"
        raise DataError(message) from error
    if (place := content.find(b"\0")) >= 0:
        line = content.count(b"\n", 0, place) + 1
        message = f"{path}: line {line}: expected text in UTF-8, found a zero byte; save it as CSV in UTF-8"
        raise DataError(message)
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        piece = content[error.start : error.start + 4]
        message = f"{path}: line {line}: expected text in UTF-8, found the bytes {piece!r}; save it as CSV in UTF-8"
        raise DataError(message) from error


def likely_delimiter(text: str, wanted: Collection[str]) -> str:
    """Return what parts the first line into the most of the columns that are wanted; else what it has most of."""
    line = io.StringIO(text.lstrip("\r\n"), newline="").readline()

    def likeliness(delimiter: str) -> tuple[int, int]:
        cells = [cell.strip(' "\r\n') for cell in line.split(delimiter)]
        return len(set(cells).intersection(wanted)), len(cells)

    return max(DELIMITERS, key=likeliness)


def column_place(path: Path, header: Sequence[str], name: str) -> int:
    """Return the index of a column; refuse a header that has it not or twice."""
    if header.count(name) == 1:
        return header.index(name)
    if name in header:
        message = f"{path}: row 1: expected one column {name!r}, found {header.count(name)}"
    else:
        message = f"{path}: row 1: expected a column {name!r}, found {named(header)}{nearest(name, header)}"
    raise DataError(message)
