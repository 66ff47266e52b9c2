"""What the command line prints: tables and messages, plain where it is not a terminal that reads them."""

from __future__ import annotations

import codecs
import json
import os
import sys
import unicodedata
from collections.abc import Sequence
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.console import Console

# rich takes a tenth of the time of `sightkit check`, which needs none of it: it is imported where there is colour.


LONGEST_NAME = 40
"""What is longer in a table's first column is no name, and may be broken into lines."""


def console(*, stderr: bool = False) -> Console:
    """Return a console for standard output or error; NO_COLOR and pipes are respected."""
    from rich.console import Console

    return Console(stderr=stderr, highlight=False, soft_wrap=True)


def complain(message: str) -> None:
    """Print an error."""
    write_message("error", "bold red", message)


def warn(message: str, *, to: Console | None = None) -> None:
    """Print a warning."""
    write_message("warning", "yellow", message, to=to)


def write_message(word: str, style: str, message: str, *, to: Console | None = None) -> None:
    """Print a message to standard error, or ``to`` a console, with a word in front that says how serious it is."""
    from rich.text import Text

    lines = [printable(line) for line in message.split("\n")]
    (to or console(stderr=True)).print(Text.assemble((f"{word}: ", style), "\n".join(lines)))


def print_text(text: str) -> None:
    """Print text as it is."""
    sys.stdout.write("\n".join(printable(line) for line in text.split("\n")) + "\n")


def print_json(document: Any) -> None:
    """Print a JSON document, in ASCII where standard output can't take all letters."""
    utf8 = codecs.lookup(sys.stdout.encoding or "utf-8").name == "utf-8"
    sys.stdout.write(json.dumps(document, indent=2, ensure_ascii=not utf8, default=str) + "\n")


def print_table(columns: Sequence[str], rows: Sequence[Sequence[str]], *, title: str = "") -> None:
    """Print a table: with lines in a terminal, as aligned plain text elsewhere."""
    from rich.table import Table
    from rich.text import Text

    cells = [[printable(cell) for cell in row] for row in rows]
    out = console()
    if out.is_terminal:
        table = Table(title=title or None, title_justify="left", header_style="bold", pad_edge=False, box=None)
        for number, column in enumerate(columns):
            names = number == 0 and all(len(row[0]) <= LONGEST_NAME for row in cells)  # sentences wrap
            table.add_column(column, overflow="fold", no_wrap=names)
        for row in cells:
            table.add_row(*(Text(cell) for cell in row))
        out.print(table, soft_wrap=False)
        return
    if title:
        sys.stdout.write(f"{title}\n")
    write_aligned([list(columns), *cells], sys.stdout)


def write_aligned(rows: Sequence[Sequence[str]], file: IO[str]) -> None:
    """Write rows with their columns aligned, nothing cut off."""
    from rich.cells import cell_len

    widths = [max(cell_len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        padded = [cell + " " * (width - cell_len(cell)) for cell, width in zip(row, widths, strict=True)]
        file.write("  ".join(padded).rstrip() + "\n")


def printable(text: str) -> str:
    """Return text without what would steer the terminal; names of files and classes come from anywhere."""
    return "".join(
        character
        if character == " " or unicodedata.category(character) not in {"Cc", "Cf", "Cs", "Zl", "Zp"}
        else spelled(character)
        for character in text
    )


def spelled(character: str) -> str:
    """Return a character as Python writes it, and a byte of a file's name that is not UTF-8 as that byte."""
    return repr(os.fsencode(character))[2:-1] if "\udc80" <= character <= "\udcff" else repr(character)[1:-1]


def reset_output() -> None:
    """Send what is still to be printed nowhere, after the reader of standard output has gone."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
