"""Overrides applied: all of them together are one layer on top of the files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sightkit.config.overrides import Override
from sightkit.config.tree import Origin, Tree, changes_use
from sightkit.paths import working_directory
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem


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
        origin = Origin(override.label, working_directory())
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
