"""Overrides as they are written: ``-s optimizer.learning_rate=3e-4``, ``--unset schedule``, or values of Python."""

from __future__ import annotations

import numbers
import os
import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sightkit.toml.document import DEEPEST, KeyPath, dotted
from sightkit.toml.problems import Problem
from sightkit.toml.shown import one_line

INDEX = re.compile("0|[1-9][0-9]*")


@dataclass(frozen=True)
class Override:
    """One value to set, or to take out.

    Attributes:
        path: Where; indices of arrays are numbers.
        value: What to set.
        label: What messages call it: ``-s optimizer.learning_rate=3e-4``.
        unset: Take the value out instead.
    """

    path: KeyPath
    value: Any
    label: str
    unset: bool = False


def parse_overrides(assignments: Sequence[str], unset: Sequence[str], problems: list[Problem]) -> list[Override]:
    """Read the overrides of a command line.

    Args:
        assignments: ``KEY=VALUE`` each; a value is TOML, else a bare string.
        unset: ``KEY`` each.
        problems: What is wrong with their form is added here.
    """
    overrides = []
    for text in assignments:
        label = f"-s {one_line(text)}"
        path, value = split_assignment(text)
        if path is None:
            message = "expected KEY=VALUE, such as optimizer.learning_rate=3e-4"
            problems.append(Problem(label, message=message))
        elif not is_text(value):
            problems.append(Problem(label, path=dotted(path), message="the value is not UTF-8 text"))
        else:
            overrides.append(Override(path, parse_value(value.strip(" \t")), label))
    for text in unset:
        label = f"--unset {one_line(text)}"
        if (path := parse_key(text)) is None:
            problems.append(Problem(label, message="expected a KEY, such as schedule"))
        else:
            overrides.append(Override(path, None, label, unset=True))
    return overrides


def split_assignment(text: str) -> tuple[KeyPath | None, str]:
    """Return the path and the value of ``KEY=VALUE``; no path if it isn't that. A key in quotes may hold a ``=``."""
    parts = text.split("=")
    for count in range(1, len(parts)):
        if (path := parse_key("=".join(parts[:count]))) is not None:
            return path, "=".join(parts[count:])
    return None, ""


def python_overrides(values: Mapping[str, Any], problems: list[Problem]) -> list[Override]:
    """Make overrides of dotted keys and Python values; keys that are none are added to ``problems``."""
    overrides = []
    for key, value in values.items():
        label = f"override({key!r})"
        if (path := parse_key(key)) is None:
            problems.append(Problem(label, message="expected a dotted key, such as optimizer.learning_rate"))
        else:
            overrides.append(Override(path, as_toml_value(value), label))
    return overrides


def as_toml_value(value: Any) -> Any:
    """Return a Python value as TOML would hold it: lists for tuples, strings for paths, plain numbers for NumPy's."""
    match value:
        case bool() | int() | float() | str():
            return value
        case os.PathLike():
            return os.fspath(value)
        case numbers.Integral():
            return int(value)
        case numbers.Real():
            return float(value)
        case Mapping():
            return {str(key): as_toml_value(inner) for key, inner in value.items()}
        case list() | tuple():
            return [as_toml_value(inner) for inner in value]
    # NumPy's arrays and truth values, which are none of these; nothing here imports it.
    return as_toml_value(value.tolist()) if hasattr(value, "tolist") else value


def parse_key(text: str) -> KeyPath | None:
    """Return the path of a dotted key in which numbers are indices; ``None`` if it is none."""
    if "\n" in text or not is_text(text):
        return None
    # The text alone must be the key: one that brings its own value and a "#" would leave ours in a comment.
    ours = "the value of a key that is read"
    try:
        value: Any = tomllib.loads(f'{text.strip()} = "{ours}"')
    except tomllib.TOMLDecodeError:
        return None
    path: list[str | int] = []
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path.append(int(key) if INDEX.fullmatch(key) else key)
    return tuple(path) if value == ours and len(path) <= DEEPEST else None


def parse_value(text: str) -> Any:
    """Return a value written as TOML, or else the text itself."""
    try:
        parsed = tomllib.loads(f"value = {text}")
    except (tomllib.TOMLDecodeError, ValueError, RecursionError):
        return text
    return parsed["value"] if parsed.keys() == {"value"} else text


def is_text(text: str) -> bool:
    """Say whether a command line's word is text; bytes that are none reach Python as lone surrogates."""
    return not any("\ud800" <= character <= "\udfff" for character in text)
