"""Overrides: ``-s optimizer.learning_rate=3e-4`` and ``--unset schedule``, one layer on top of the files."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sightkit.config.tree import Origin, Tree
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem


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
        key, equals, value = text.partition("=")
        path = parse_key(key)
        if not equals or path is None:
            message = "expected KEY=VALUE, such as optimizer.learning_rate=3e-4"
            problems.append(Problem(f"-s {text}", message=message))
        elif not is_text(value):
            problems.append(Problem(f"-s {key}", message="the value is not UTF-8 text"))
        else:
            overrides.append(Override(path, parse_value(value.strip()), f"-s {text}"))
    for text in unset:
        path = parse_key(text)
        if path is None:
            problems.append(Problem(f"--unset {text}", message="expected a KEY, such as schedule"))
        else:
            overrides.append(Override(path, None, f"--unset {text}", unset=True))
    return overrides


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
    """Return a Python value as TOML would hold it: lists for tuples, strings for paths."""
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, Mapping):
        return {key: as_toml_value(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [as_toml_value(inner) for inner in value]
    return value


def parse_key(text: str) -> KeyPath | None:
    """Return the path of a dotted key in which numbers are indices; ``None`` if it is none."""
    if "\n" in text or not is_text(text):
        return None
    try:
        value: Any = tomllib.loads(f"{text.strip()} = 0")
    except tomllib.TOMLDecodeError:
        return None
    path: list[str | int] = []
    while isinstance(value, dict) and len(value) == 1:
        ((key, value),) = value.items()
        path.append(int(key) if key.isdecimal() else key)
    return tuple(path) if value == 0 else None


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
    for override in sorted(overrides, key=lambda each: (not each.unset, each.path[-1] != "use")):
        origin = Origin(override.label, Path.cwd())
        holder = enter(result, override, origin, problems)
        if holder is None:
            continue
        if override.unset:
            take_out(result, override, holder, problems)
        else:
            if override.path[-1] == "use":
                drop_siblings(result, override, origin, defaults)
            result.put(override.path, override.value, origin)
    return result


def enter(tree: Tree, override: Override, origin: Origin, problems: list[Problem]) -> Any:
    """Return the table or array that holds the override's key, made where it is missing; ``None`` if that can't be."""
    for depth, key in enumerate(override.path):
        here = override.path[:depth]
        holder = tree.get(here)
        if isinstance(holder, list):
            if not isinstance(key, int) or key >= len(holder):
                count = f"{len(holder)} entr{'y' if len(holder) == 1 else 'ies'}"
                message = f"{dotted(here)} has {count}; expected an index below {len(holder)}, found {key}"
                problems.append(Problem(override.label, path=dotted(override.path), message=message))
                return None
        elif not isinstance(holder, dict):
            message = f"{dotted(here)} is not a table, so it has no key {key}"
            problems.append(Problem(override.label, path=dotted(override.path), message=message))
            return None
        elif isinstance(key, int):
            message = f"{dotted((*here, key))}: there is nothing at index {key}"
            problems.append(Problem(override.label, path=dotted(override.path), message=message))
            return None
        elif key not in holder and depth < len(override.path) - 1:
            if override.unset or isinstance(override.path[depth + 1], int):
                message = f"{dotted((*here, key))} is not set in this experiment"
                problems.append(Problem(override.label, path=dotted(override.path), message=message))
                return None
            tree.put((*here, key), {}, origin)
    return tree.get(override.path[:-1])


def take_out(tree: Tree, override: Override, holder: Any, problems: list[Problem]) -> None:
    """Remove a key or an entry; one that is not there is most likely misspelt."""
    key = override.path[-1]
    if isinstance(holder, dict) and key not in holder:
        message = f"{dotted(override.path)} is not set in this experiment"
        problems.append(Problem(override.label, path=dotted(override.path), message=message))
        return
    tree.forget(override.path)
    if isinstance(holder, list):
        # Positions of the entries behind it no longer agree with the file: the array becomes the override's.
        array = override.path[:-1]
        before = tree.origin(array)
        folder = before.folder if before else Path.cwd()
        tree.put(array, [value for index, value in enumerate(holder) if index != key], Origin(override.label, folder))
    else:
        del holder[key]


def drop_siblings(tree: Tree, override: Override, origin: Origin, defaults: Mapping[KeyPath, str]) -> None:
    """Empty the table of a component that is exchanged for another one."""
    path = override.path[:-1]
    current = tree.get(path).get("use", defaults.get(path))
    if current != override.value:
        tree.put(path, {}, origin)
