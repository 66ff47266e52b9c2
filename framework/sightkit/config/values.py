"""The values that no setting takes, though TOML or Python can say them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, time
from typing import Any

from sightkit.toml.document import WHOLE_NUMBERS, KeyPath, dotted
from sightkit.toml.shown import LONGEST, one_line, shown


def refused_values(value: Any, path: KeyPath = ()) -> Iterator[tuple[KeyPath, str]]:
    """Yield the place of each value that no setting takes, and why."""
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from refused_values(inner, (*path, key))
    elif reason := refusal(value):
        yield path, f"{dotted(path)}: {reason}"


def refusal(value: Any) -> str | None:
    """Return what is wrong with a value that is neither a table nor an array; ``None`` for nothing."""
    match value:
        case bool() | float():
            return None
        case int():
            large = value not in WHOLE_NUMBERS
            return "expected a whole number of at most 64 bits, found a larger one" if large else None
        case str():
            return text_refusal(value)
        case date() | time():
            # They would reach a setting as text, and one that wants text would take them for it.
            return f'expected no date or time, found {shown(value)}; text needs quotes: "{shown(value)}"'
    return f"expected a value that TOML knows, found {type(value).__name__} {one_line(repr(value)[:LONGEST])}"


def text_refusal(text: str) -> str | None:
    """Return what is wrong with a text: nothing that reads text from a file or a shell can hold these."""
    if "\0" in text:
        return f"expected text without the character U+0000, found {shown(text)}"
    if any("\ud800" <= character <= "\udfff" for character in text):
        return f"expected text, found bytes that are not UTF-8: {text!r}"
    return None


def without(value: Any, places: frozenset[KeyPath], path: KeyPath = ()) -> Any:
    """Return a copy of a value with ``None`` in some places."""
    if path in places:
        return None
    if isinstance(value, dict):
        return {key: without(inner, places, (*path, key)) for key, inner in value.items()}
    if isinstance(value, list):
        return [without(inner, places, (*path, index)) for index, inner in enumerate(value)]
    return value
