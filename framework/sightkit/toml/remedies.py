"""What to write instead, for the mistakes in TOML that people make most often."""

from __future__ import annotations

import json
from math import isfinite
from typing import Any

from sightkit.toml.document import KeyPath
from sightkit.toml.shown import shown

NUMBERS = frozenset({"int_type", "float_type"})
ARRAYS = frozenset({"tuple_type", "list_type"})


def remedy(kind: str, path: KeyPath, value: Any) -> str:
    """Return what to write instead, with ``; `` in front, or nothing where that can't be told.

    Args:
        kind: The type of pydantic's error.
        path: Where the value stands.
        value: What was found there.
    """
    written = replacement(kind, path, value)
    return f"; write {written}" if written is not None else ""


def replacement(kind: str, path: KeyPath, value: Any) -> str | None:
    """Return the text that was most likely meant."""
    if kind == "string_type" and isinstance(value, bool | int | float) and path[-1:] != ("use",) and isfinite(value):
        return f'"{shown(value)}"'
    if kind in {*NUMBERS, "bool_type"} and isinstance(value, str):
        return without_quotes(kind, value)
    if kind == "int_type" and isinstance(value, float) and value.is_integer() and abs(value) < 2**53:
        return str(int(value))
    if kind in ARRAYS and isinstance(value, dict) and path and isinstance(path[-1], str):
        return f"[[{path[-1]}]]" if len(path) == 1 else None
    if kind == "component_table" and isinstance(value, str):
        return f"{{use = {shown(value)}}}"
    if kind == "component_table" and isinstance(value, list) and len(path) == 1 and len(value) == 1:
        return f"[{path[-1]}] instead of [[{path[-1]}]]"
    return None


def without_quotes(kind: str, text: str) -> str | None:
    """Return a number or a truth value that was put into quotes."""
    try:
        value = json.loads(text.strip().lower() if kind == "bool_type" else text.strip())
    except ValueError:
        return None
    if kind == "bool_type":
        return shown(value) if isinstance(value, bool) else None
    if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
        return None
    return shown(value) if isinstance(value, int) or kind == "float_type" else None
