"""Overrides: ``-s optimizer.learning_rate=3e-4`` and ``--unset schedule``, one layer on top of the files."""

from __future__ import annotations

import numbers
import os
import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sightkit.config.tree import Origin, Tree, changes_use
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
    return value


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


def apply_overrides(
    tree: Tree, overrides: Sequence[Override], *, defaults: Mapping[KeyPath, str], problems: list[Problem]
) -> Tree:
    """Return the tree with all overrides applied as one layer, in which ``use`` goes first.

    Args:
        tree: The values so far.
        overrides: What to set and take out.
        defaults: The component that a table means where it has no ``use``.
        problems: What does not fit is added here.
    """
    result = tree.copy()
    for written in sorted(parts_of(overrides), key=turn):
        override = replace(written, path=fitting(written.path, result))
        origin = Origin(override.label, Path.cwd())
        if override.path[0] == "extends":
            message = "extends is read with the file and can't be overridden; write a file that extends another one"
            problems.append(Problem(override.label, path="extends", message=message))
            continue
        holder = enter(result, override, origin, problems)
        if holder is None:
            continue
        if override.unset:
            take_out(result, override, holder, origin, problems)
            continue
        if override.path[-1] == "use" and changes_use(used(result, override, defaults), {"use": override.value}):
            # The keys that are there belong to the component that goes.
            result.put(override.path[:-1], {}, origin)
        if override.value != {} or not isinstance(result.get(override.path), dict):
            result.put(override.path, override.value, origin)
    return result


def parts_of(overrides: Iterable[Override]) -> Iterator[Override]:
    """Yield the overrides with tables in their parts, for tables merge as those of files do."""
    for override in overrides:
        if isinstance(override.value, dict):
            yield replace(override, value={})
            yield from parts_of(
                replace(override, path=(*override.path, key), value=inner) for key, inner in override.value.items()
            )
        else:
            yield override


def fitting(path: KeyPath, tree: Tree) -> KeyPath:
    """Return a path in which a number that names a key of a table, as in ``class_weights.0``, is no index."""
    made: KeyPath = ()
    for key in path:
        made = (*made, str(key) if isinstance(tree.get(made), dict) else key)
    return made


def turn(override: Override) -> tuple[bool, list[tuple[int, int, str]], int, bool]:
    """Return what overrides are sorted by: it makes them one layer, whatever order they were written in.

    What is taken out goes first: what is inside a table before the table, and the last entries of an array before those
    that would move up. Then tables and arrays are set before what is inside them, and ``use`` before its siblings.
    """
    if override.unset:
        backwards = [(0, -key, "") if isinstance(key, int) else (1, 0, key) for key in override.path]
        return False, [*backwards, (2, 0, "")], 0, False
    return True, [], len(override.path), override.path[-1] != "use"


def used(tree: Tree, override: Override, defaults: Mapping[KeyPath, str]) -> Any:
    """Return the component that the table of an override of ``use`` means so far."""
    table = override.path[:-1]
    return tree.get(override.path) or defaults.get(table)


def enter(tree: Tree, override: Override, origin: Origin, problems: list[Problem]) -> Any:
    """Return the table or array that holds the override's key, made where it is missing; ``None`` if that can't be."""
    for depth, key in enumerate(override.path):
        here = override.path[:depth]
        holder = tree.get(here)
        if isinstance(holder, list):
            if not isinstance(key, int) or key >= len(holder):
                message = f"{dotted(here)}: expected an index below {len(holder)}, found {key}"
                message = message if holder else f"{dotted(here)} has no entries in this experiment"
                problems.append(Problem(override.label, path=dotted(override.path), message=message))
                return None
        elif not isinstance(holder, dict):
            message = f"{dotted(here)} is not a table, so it has no key {key}"
            problems.append(Problem(override.label, path=dotted(override.path), message=message))
            return None
        elif key not in holder and depth < len(override.path) - 1:
            if override.unset or isinstance(override.path[depth + 1], int):
                message = f"{dotted((*here, key))} is not set in this experiment"
                problems.append(Problem(override.label, path=dotted(override.path), message=message))
                return None
            tree.put((*here, key), {}, origin)
    return tree.get(override.path[:-1])


def take_out(tree: Tree, override: Override, holder: Any, origin: Origin, problems: list[Problem]) -> None:
    """Remove a key or an entry; one that is not there is most likely misspelt."""
    key = override.path[-1]
    if isinstance(holder, list):
        tree.take_entry(override.path, origin)
    elif key in holder:
        tree.forget(override.path)
        del holder[key]
    else:
        message = f"{dotted(override.path)} is not set in this experiment"
        problems.append(Problem(override.label, path=dotted(override.path), message=message))
