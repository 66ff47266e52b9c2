"""A problem with a place in a file, and the error that carries all of them at once."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sightkit.errors import ConfigError


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing that is wrong in a file.

    Attributes:
        file: The file as the user wrote it, or the override on the command line.
        line: Counted from 1; ``None`` where the whole file is meant.
        column: In characters, counted from 1.
        path: The dotted path of the key: ``optimizer.learning_rate``.
        message: What was expected, what was found, what to do.
        plugin_failed: Whether a plugin that failed is the cause, rather than the file.
    """

    file: str
    line: int | None = None
    column: int | None = None
    path: str = ""
    message: str = ""
    plugin_failed: bool = False

    def __str__(self) -> str:
        place = self.file if self.line is None else f"{self.file}:{self.line}:{self.column}"
        return f"{place}: {self.message}"

    def order(self) -> tuple[str, int, int]:
        """Return what problems are sorted by: the files by name, each from its start."""
        return self.file, self.line or 0, self.column or 0


class TomlError(ConfigError):
    """Everything that is wrong with an experiment or a registry.

    Attributes:
        problems: One entry each, in the order of the file.
    """

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        super().__init__("\n".join(str(problem) for problem in self.problems))
        if any(problem.plugin_failed for problem in self.problems):
            # The experiment may well be right: it is the plugin that has to be mended.
            self.exit_code = 7


def nearest(word: str, known: Iterable[str], *, likeness: float = 0.6) -> str | None:
    """Return the known name that ``word`` was most likely meant to be.

    Args:
        word: What somebody wrote.
        known: What they may have meant.
        likeness: How alike the two have to be, from 0 to 1, as difflib has it.
    """
    names = list(known)
    folded = {name.casefold().replace("_", "-"): name for name in names}
    found = difflib.get_close_matches(word.casefold().replace("_", "-"), folded, n=1, cutoff=likeness)
    return folded[found[0]] if found else None


def did_you_mean(word: str, known: Iterable[str], *, otherwise: str) -> str:
    """Return ``did you mean "adam"?``, or what else is known where nothing is near."""
    names = sorted(known)
    if found := nearest(word, names):
        return f'did you mean "{found}"?'
    return f"{otherwise}: {', '.join(names)}" if names else f"{otherwise}: none"
