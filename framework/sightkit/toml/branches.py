"""The places in a file that pydantic's errors mean, for what pydantic says differently from what the file has."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from sightkit.toml.document import KeyPath

BRANCH = re.compile(r"int|float|str|bool|[A-Z]\w*|.*\W.*", re.DOTALL)
"""What pydantic calls the branches of a union: ``int``, ``tuple[int, ...]``, the name of a model."""


def known_places(lines: Iterable[Any], data: Any) -> Iterator[tuple[KeyPath, Any]]:
    """Yield each error of pydantic's with the path that it has in the file.

    pydantic puts the branch of a union into the path, which stands in no file, and has an error for each item that a
    tuple lacks. Where a value fits one branch so far that the error is inside it, the others are not worth a word.

    Args:
        lines: What pydantic's ``errors()`` returns.
        data: The values that were validated.
    """
    placed = [(*without_branches(line["loc"], data), line) for line in lines]
    entered = {path[: len(union)] for path, union, _ in placed if union is not None and len(path) > len(union)}
    for path, union, line in placed:
        if union is not None and path == union and union in entered:
            continue
        lacking = line["type"] == "missing" and path and isinstance(path[-1], int)
        yield (path[:-1] if lacking else path), line


def without_branches(location: KeyPath, data: Any) -> tuple[KeyPath, KeyPath | None]:
    """Return a location as the file has it, and where the innermost union in it stands."""
    path: KeyPath = ()
    union = None
    for key in location:
        inside = isinstance(data, dict) and key in data
        if not inside and isinstance(key, str) and BRANCH.fullmatch(key):
            union = path
            continue
        path = (*path, key)
        if inside or (isinstance(data, list) and isinstance(key, int) and key < len(data)):
            data = data[key]
        else:
            data = None
    return path, union
