"""Tables and pictures as a notebook shows them: HTML in which every name is text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory

LONGEST_TABLE = 50
"""Rows that are shown of a table."""


def text_in(text: str) -> str:
    """Return text as HTML shows it; lone surrogates, which no notebook could be saved with, as escapes."""
    return escape(text.encode("utf-8", "backslashreplace").decode())


def title(text: str) -> str:
    """Return a line above a table or a picture."""
    return f"<p><strong>{text_in(text)}</strong></p>"


def lines(texts: Iterable[str]) -> str:
    """Return a paragraph for each text."""
    return "".join(f"<p>{text_in(text)}</p>" for text in texts)


def source(text: str) -> str:
    """Return text as it was written: a file, say."""
    return f"<pre>{text_in(text)}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; of a long one its beginning, and how much more there is."""
    cells = ["".join(f"<td>{text_in(cell)}</td>" for cell in row) for row in rows]
    body = "".join(f"<tr>{row}</tr>" for row in cells[:LONGEST_TABLE])
    rest = len(cells) - LONGEST_TABLE
    more = lines([f"{rest:,} more"]) if rest > 0 else ""
    return f"<table><tr>{''.join(f'<th>{text_in(cell)}</th>' for cell in head)}</tr>{body}</table>{more}"


def picture(path: Path, *, shows: str) -> str:
    """Return a PNG file as a picture.

    Args:
        path: The file, which isn't needed any more afterwards.
        shows: What is in it, for those who can't see it.
    """
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{text_in(shows)}" style="max-width: 100%">'


def drawn(draw: Callable[[Path], object], *, shows: str) -> str:
    """Return what a function draws into a PNG file of that name."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        draw(path)
        return picture(path, shows=shows)
