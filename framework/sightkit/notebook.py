"""Tables and pictures as a notebook shows them: HTML in which every name is text."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path
from tempfile import TemporaryDirectory


def title(text: str) -> str:
    """Return a line above a table or a picture."""
    return f"<p><strong>{escape(text)}</strong></p>"


def lines(texts: Iterable[str]) -> str:
    """Return a paragraph for each text."""
    return "".join(f"<p>{escape(text)}</p>" for text in texts)


def source(text: str) -> str:
    """Return text as it was written: a file, say."""
    return f"<pre>{escape(text)}</pre>"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table."""
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in row)}</tr>" for row in rows)
    return f"<table><tr>{''.join(f'<th>{escape(cell)}</th>' for cell in head)}</tr>{body}</table>"


def picture(path: Path, *, shows: str) -> str:
    """Return a PNG file as a picture.

    Args:
        path: The file, which isn't needed any more afterwards.
        shows: What is in it, for those who can't see it.
    """
    data = base64.b64encode(path.read_bytes()).decode("ascii")
    return f'<img src="data:image/png;base64,{data}" alt="{escape(shows)}" style="max-width: 100%">'


def drawn(draw: Callable[[Path], object], *, shows: str) -> str:
    """Return what a function draws into a PNG file of that name."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        draw(path)
        return picture(path, shows=shows)
