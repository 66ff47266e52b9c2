"""Values in messages, as they would stand in the file."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from datetime import date, time
from itertools import islice
from typing import Any

from sightkit.toml.document import key_text

LONGEST = 60
"""How many characters of a value a message shows."""


def shown(value: Any) -> str:
    """Return a value as it would stand in the file, shortened."""
    # Taken piece by piece, so that a value of millions of characters isn't written out to show sixty of them.
    text = "".join(islice(pieces(value), LONGEST + 1))
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 3]}..."


def pieces(value: Any) -> Iterator[str]:
    """Yield the text of a value in pieces that are not empty."""
    if isinstance(value, dict):
        yield "{"
        for number, (key, inner) in enumerate(value.items()):
            yield f"{', ' if number else ''}{key_text(key)} = "
            yield from pieces(inner)
        yield "}"
    elif isinstance(value, list | tuple):
        yield "["
        for number, inner in enumerate(value):
            if number:
                yield ", "
            yield from pieces(inner)
        yield "]"
    else:
        yield scalar(value)


def scalar(value: Any) -> str:
    """Return a value that is neither a table nor an array."""
    if isinstance(value, float) and not math.isfinite(value):
        return str(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, str):
        return json.dumps(value[: LONGEST + 1], ensure_ascii=False)
    return json.dumps(value, default=repr)


def one_line(text: str) -> str:
    """Return text with whatever would end or steer a line written as an escape."""
    return "".join(letter if letter.isprintable() else escaped(letter) for letter in text)


def escaped(letter: str) -> str:
    """Return a letter as an escape, and a byte of a file's name that is not UTF-8 as that byte."""
    if "\udc80" <= letter <= "\udcff":
        return f"\\x{ord(letter) - 0xDC00:02x}"
    return letter.encode("unicode_escape").decode()
