"""An experiment's file with the files that it extends, as one tree."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from sightkit.config.tree import Origin, Tree, merge
from sightkit.toml.document import Document, KeyPath, read_document
from sightkit.toml.messages import shown
from sightkit.toml.problems import Problem, TomlError


def read_tree(
    path: Path, *, defaults: Mapping[KeyPath, str], problems: list[Problem], label: str | None = None
) -> Tree:
    """Read an experiment and everything it extends.

    Args:
        path: The file.
        defaults: The component that a table means where it has no ``use``.
        problems: What is wrong with ``extends`` is added here, so that it is told with everything else.
        label: What messages call the file, if not its path.

    Raises:
        TomlError: the file itself cannot be read or is not TOML.
    """
    return extended(read_document(path, label=label), defaults, problems, chain=(path.resolve(),))


def extended(
    document: Document, defaults: Mapping[KeyPath, str], problems: list[Problem], chain: tuple[Path, ...]
) -> Tree:
    """Return what a document says on top of what it extends."""
    folder = document.path.resolve().parent
    tree = Tree()
    for index, name in names_of(document, problems):
        path = folder / name
        at: KeyPath = ("extends", index)
        if path.resolve() in chain:
            circle = " extends ".join(short(each) for each in (*chain[chain.index(path.resolve()) :], path.resolve()))
            problems.append(document.problem(at, f"extends goes in a circle: {circle}"))
            continue
        try:
            base = read_document(path, label=short(path))
        except TomlError as error:
            named = f"extends {shown(name)}"
            problems.extend(
                document.problem(at, f"{named}: {problem.message}") if problem.line is None else problem
                for problem in error.problems
            )
            continue
        tree = merge(tree, extended(base, defaults, problems, (*chain, path.resolve())), defaults)
    own = {key: value for key, value in document.data.items() if key != "extends"}
    return merge(tree, Tree.of(own, Origin(document.label, folder, document)), defaults)


def names_of(document: Document, problems: list[Problem]) -> list[tuple[int, str]]:
    """Return the entries of ``extends`` that are names of files, with their places."""
    names = document.data.get("extends", [])
    if not isinstance(names, list):
        message = f"extends: expected an array of files, found {shown(names)}"
        problems.append(document.problem(("extends",), message))
        return []
    for index, name in enumerate(names):
        if not isinstance(name, str):
            message = f"extends.{index}: expected a file as a string, found {shown(name)}"
            problems.append(document.problem(("extends", index), message))
    return [(index, name) for index, name in enumerate(names) if isinstance(name, str)]


def short(path: Path) -> str:
    """Return a path as a person in the working directory would write it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
