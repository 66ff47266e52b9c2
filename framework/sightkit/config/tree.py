"""A tree of values in which each remembers who set it, and how two such trees are merged."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sightkit.toml.document import Document, KeyPath, dotted
from sightkit.toml.problems import Problem


@dataclass(frozen=True)
class Origin:
    """Who set a value.

    Attributes:
        label: The file as the user wrote it, or the override.
        folder: Where relative paths among its values start.
        document: The file, where it is one.
    """

    label: str
    folder: Path
    document: Document | None = None


@dataclass
class Tree:
    """Values with their origins.

    Attributes:
        data: The values: dictionaries, lists and scalars, as TOML has them.
        origins: Who set what is at a path; what is inside an array has the array's origin.
    """

    data: dict[str, Any] = field(default_factory=dict)
    origins: dict[KeyPath, Origin] = field(default_factory=dict)

    @classmethod
    def of(cls, data: Mapping[str, Any], origin: Origin) -> Tree:
        """Return a tree of which everything has one origin."""
        tree = cls({}, {(): origin})
        for key, value in data.items():
            tree.put((key,), value, origin)
        return tree

    def copy(self) -> Tree:
        """Return a tree that can be changed without changing this one."""
        return Tree(copy.deepcopy(self.data), dict(self.origins))

    def origin(self, path: KeyPath) -> Origin | None:
        """Return who set the value at ``path``, or the nearest table or array around it."""
        while path not in self.origins:
            if not path:
                return None
            path = path[:-1]
        return self.origins[path]

    def get(self, path: KeyPath) -> Any:
        """Return the value at ``path``, or ``None``."""
        value: Any = self.data
        for key in path:
            in_table = isinstance(value, dict) and key in value
            in_array = isinstance(value, list) and isinstance(key, int) and 0 <= key < len(value)
            if not in_table and not in_array:
                return None
            value = value[key]
        return value

    def put(self, path: KeyPath, value: Any, origin: Origin) -> None:
        """Set the value at ``path``, whose table exists, and everything inside it."""
        self.forget(path)
        holder = self.get(path[:-1])
        holder[path[-1]] = {} if isinstance(value, Mapping) else copy.deepcopy(value)
        self.origins[path] = origin
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self.put((*path, key), inner, origin)

    def forget(self, path: KeyPath) -> None:
        """Drop the origins of ``path`` and of everything inside it."""
        for known in [known for known in self.origins if known[: len(path)] == path]:
            del self.origins[known]

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """Return a problem placed in the file, or at the override, that set ``path``."""
        origin = self.origin(path)
        if origin is None:
            return Problem("experiment", path=dotted(path), message=message)
        if origin.document is None:
            return Problem(origin.label, path=dotted(path), message=message)
        return origin.document.problem(path, message, at_key=at_key)


def merge(base: Tree, over: Tree, defaults: Mapping[KeyPath, str]) -> Tree:
    """Return ``base`` with ``over`` on top: tables merge, everything else replaces.

    A table whose ``use`` changes drops what it had: those keys belonged to another component.

    Args:
        base: The values that were there.
        over: The values that win.
        defaults: The component that a table means where it has no ``use``.
    """
    merged = base.copy()
    merged.origins[()] = over.origins.get((), base.origins.get((), Origin("experiment", Path())))
    merge_table(merged, over, (), defaults)
    return merged


def merge_table(merged: Tree, over: Tree, path: KeyPath, defaults: Mapping[KeyPath, str]) -> None:
    """Merge the table at ``path`` of ``over`` into that of ``merged``, in place."""
    table, winning = merged.get(path), over.get(path)
    if path and "use" in winning and winning["use"] != table.get("use", defaults.get(path)):
        merged.put(path, {}, over.origins[path])
        table = merged.get(path)
    for key, value in winning.items():
        inner = (*path, key)
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merged.origins[inner] = over.origins[inner]
            merge_table(merged, over, inner, defaults)
        else:
            merged.put(inner, value, over.origins[inner])
            for known, origin in over.origins.items():
                if known[: len(inner)] == inner:
                    merged.origins[known] = origin
