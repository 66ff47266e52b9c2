"""What the reference is made of: pages of Markdown, and plain text and tables in them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

CODE = re.compile(r"(`[^`]+`)")
MARKUP = re.compile(r"([\\`*_\[\]|])")


@dataclass(frozen=True, kw_only=True)
class Page:
    """A page of the site.

    Attributes:
        path: Where it is, seen from the folder of the docs: ``"reference/hooks.md"``.
        title: Its heading, and its name in the navigation.
        parts: What follows the heading: paragraphs, headings, tables.
    """

    path: str
    title: str
    parts: Sequence[str]

    @property
    def markdown(self) -> str:
        """The whole page."""
        return "\n\n".join((f"# {self.title}", *self.parts)) + "\n"


def plain(text: str) -> str:
    """Return Markdown that shows ``text`` as it is, also in a cell of a table; what is between backticks is code."""
    parts = CODE.split(" ".join(text.split()))
    parts[::2] = (MARKUP.sub(r"\\\1", part).replace("&", "&amp;").replace("<", "&lt;") for part in parts[::2])
    return "".join(parts)


def code(text: str) -> str:
    """Return Markdown that shows ``text`` as code; nothing for an empty text."""
    return f"`{text}`" if text else ""


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Return a table; its cells are Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def fence(language: str, text: str) -> str:
    """Return a block of code."""
    return f"```{language}\n{text}\n```"
