"""An experiment's file with the files that it extends, as one tree."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sightkit.config.tree import Origin, Tree, merge
from sightkit.paths import real, short
from sightkit.toml.document import Document, KeyPath, dotted, read_document
from sightkit.toml.problems import Problem, TomlError
from sightkit.toml.shown import shown

LONGEST_CHAIN = 50
"""How many files may extend one another in a row; nobody reads that many, and Python's stack ends somewhere."""


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
    return Reading(defaults, problems).extended(read_document(path, label=label), [real(path)])


class Reading:
    """The reading of one experiment, which reads each file once, however many others extend it.

    Args:
        defaults: The component that a table means where it has no ``use``.
        problems: What is wrong with what is extended is added here.
    """

    def __init__(self, defaults: Mapping[KeyPath, str], problems: list[Problem]) -> None:
        self._defaults = defaults
        self._problems = problems
        self._trees: dict[Path, Tree] = {}

    def extended(self, document: Document, chain: Sequence[Path]) -> Tree:
        """Return what a document says on top of what it extends.

        Args:
            document: The file.
            chain: The files that extend one another up to this one, the experiment's own first.
        """
        folder = real(document.path).parent
        tree = Tree()
        for index, name in names_of(document, self._problems):
            base = self._base(document, ("extends", index), Path(folder, os.path.expanduser(name)), chain)  # noqa: PTH111
            if base is not None:
                tree = merge(tree, base, self._defaults)
        own = {key: value for key, value in document.data.items() if key != "extends"}
        return merge(tree, Tree.of(own, Origin(document.label, folder, document)), self._defaults)

    def _base(self, document: Document, at: KeyPath, path: Path, chain: Sequence[Path]) -> Tree | None:
        """Return a file that a document extends, or ``None`` with the problem noted."""
        found = real(path)
        if found in chain:
            circle = " extends ".join(short(each) for each in (*chain[chain.index(found) :], found))
            self._problems.append(document.problem(at, f"extends goes in a circle: {circle}"))
            return None
        if len(chain) == LONGEST_CHAIN:
            message = f"expected at most {LONGEST_CHAIN} files that extend one another in a row"
            self._problems.append(document.problem(at, message))
            return None
        if found not in self._trees:
            try:
                read = read_document(path, label=short(path))
            except TomlError as error:
                written = shown(document.data["extends"][at[-1]])
                self._problems.extend(
                    document.problem(at, f"extends {written}: {problem.message}") if problem.line is None else problem
                    for problem in error.problems
                )
                if error.problems[0].line is not None:
                    self._trees[found] = Tree()
                return None
            self._trees[found] = self.extended(read, [*chain, found])
        return self._trees[found]


def names_of(document: Document, problems: list[Problem]) -> list[tuple[int, str]]:
    """Return the entries of ``extends`` that are names of files, with their places."""
    names = document.data.get("extends", [])
    if not isinstance(names, list):
        instead = f"; write [{shown(names)}]" if isinstance(names, str) else ""
        message = f"extends: expected an array of files, found {shown(names)}{instead}"
        problems.append(document.problem(("extends",), message))
        return []
    for index, name in enumerate(names):
        if not isinstance(name, str):
            at: KeyPath = ("extends", index)
            message = f"{dotted(at)}: expected a file as a string, found {shown(name)}"
            problems.append(document.problem(at, message))
    return [(index, name) for index, name in enumerate(names) if isinstance(name, str)]
