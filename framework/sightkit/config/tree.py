"""A tree of values in which each remembers who set it, and how two such trees are merged."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
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
        moved_from: Where it stands in the file, where that is not where it stands in the tree.
    """

    label: str
    folder: Path
    document: Document | None = None
    moved_from: KeyPath | None = None


@dataclass
class Tree:
    """Values with their origins.

    Attributes:
        data: The values: dictionaries, lists and scalars, as TOML has them.
        origins: Who set what is at a path, the last one last; what is inside an array has the array's origin.
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
        return self._nearest(path)[1]

    def replaces(self, path: KeyPath, other: KeyPath) -> bool:
        """Say whether whoever set the value at ``path`` found that at ``other`` there: in another file, or before."""
        order = list(self.origins)
        return self.origins[path] != self.origins[other] and order.index(path) > order.index(other)

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
        holder = self.get(path[:-1])
        if self.get(path) is not None:
            self.forget(path)
        holder[path[-1]] = {} if isinstance(value, Mapping) else copy.deepcopy(value)
        self.origins[path] = origin
        if isinstance(value, Mapping):
            for key, inner in value.items():
                self.put((*path, key), inner, origin)

    def forget(self, path: KeyPath) -> None:
        """Drop the origins of ``path`` and of everything inside it; call it while the value is still there."""
        for known in paths_within(self.get(path), path):
            self.origins.pop(known, None)

    def take_entry(self, path: KeyPath, origin: Origin) -> None:
        """Remove an entry of an array; those behind it move up, and remember where they came from."""
        array, gone = path[:-1], path[-1]
        kept = [
            (value, self._origins_of((*array, index), value))
            for index, value in enumerate(self.get(array))
            if index != gone
        ]
        self.put(array, [value for value, _ in kept], origin)
        for index, (_, origins) in enumerate(kept):
            self.origins.update({(*array, index, *inside): known for inside, known in origins.items()})

    def repeat(self, path: KeyPath, again: KeyPath) -> None:
        """Put a copy of the value at ``path`` at ``again``, too, whose table exists; both remember who set it where."""
        value = self.get(path)
        self.get(again[:-1])[again[-1]] = copy.deepcopy(value)
        self.origins |= {(*again, *inside): origin for inside, origin in self._origins_of(path, value).items()}

    def _origins_of(self, path: KeyPath, value: Any) -> dict[KeyPath, Origin]:
        """Return who set a value and what is inside it, by the path inside it, so that it can be moved."""
        at, around = self._nearest(path)
        found: dict[KeyPath, Origin] = {}
        if around is not None:
            found[()] = replace(around, moved_from=self._standing(path, at, around))
        for known in paths_within(value, path):
            if (origin := self.origins.get(known)) is not None:
                found[known[len(path) :]] = replace(origin, moved_from=self._standing(known, known, origin))
        return found

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """Return a problem placed in the file, or at the override, that set ``path``."""
        at, origin = self._nearest(path)
        if origin is None:
            return Problem("experiment", path=dotted(path), message=message)
        if origin.document is None:
            return Problem(origin.label, path=dotted(path), message=message)
        line, column = origin.document.marks.position(self._standing(path, at, origin), at_key=at_key)
        return Problem(origin.label, line, column, dotted(path), message)

    def _nearest(self, path: KeyPath) -> tuple[KeyPath, Origin | None]:
        """Return the path of the nearest value around ``path`` that has an origin, and the origin."""
        while path and path not in self.origins:
            path = path[:-1]
        return path, self.origins.get(path)

    @staticmethod
    def _standing(path: KeyPath, at: KeyPath, origin: Origin) -> KeyPath:
        """Return where ``path`` stands in the file of the origin that it has through ``at``."""
        if origin.moved_from is None:
            return path
        return (*origin.moved_from, *path[len(at) :])


def paths_within(value: Any, path: KeyPath) -> Iterator[KeyPath]:
    """Yield ``path``, where ``value`` stands, and the path of everything inside it."""
    yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from paths_within(inner, (*path, key))


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
    if path and changes_use(table.get("use", defaults.get(path)), winning):
        merged.put(path, {}, over.origins[path])
        table = merged.get(path)
    for key, value in winning.items():
        inner = (*path, key)
        if isinstance(value, dict) and isinstance(table.get(key), dict):
            merged.origins[inner] = over.origins[inner]
            merge_table(merged, over, inner, defaults)
        else:
            merged.put(inner, value, over.origins[inner])
            for known in paths_within(value, inner):
                if known in over.origins:
                    merged.origins[known] = over.origins[known]


def changes_use(current: Any, winning: Mapping[str, Any]) -> bool:
    """Say whether a table exchanges the component of the table that it is merged into.

    Where there was none yet, as in a file that only says where the images are, nothing is exchanged.
    """
    return current is not None and "use" in winning and winning["use"] != current
