"""A TOML file that was read: its values, and on demand where each of them stands."""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sightkit.toml.problems import Problem, TomlError

if TYPE_CHECKING:
    from sightkit.toml.positions import Marks

KeyPath: TypeAlias = tuple[str | int, ...]

DEEPEST = 100
"""How many tables and arrays may stand inside one another; JSON's readers and Python's own stack end somewhere."""

WHOLE_NUMBERS = range(-(2**63), 2**63)
"""The whole numbers that TOML knows."""


@dataclass(frozen=True)
class Document:
    """One TOML file.

    Attributes:
        label: What messages call it: the path as the user wrote it.
        path: Where it is.
        text: What it says.
        data: The same as Python values.
    """

    label: str
    path: Path
    text: str
    data: dict[str, Any]

    @cached_property
    def marks(self) -> Marks:
        """The position of each key and value; made when the first message needs one."""
        from sightkit.toml.positions import find_marks

        return find_marks(self.text, deepest=DEEPEST)

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """Return a problem placed at the value of ``path``, or at its key, or else at the table around it."""
        line, column = self.marks.position(path, at_key=at_key)
        return Problem(file=self.label, line=line, column=column, path=dotted(path), message=message)


def read_document(path: Path, *, label: str | None = None) -> Document:
    """Read a TOML file.

    Raises:
        TomlError: it does not exist, is not a file, is not UTF-8 or is not TOML; a ConfigError.
    """
    label = label or str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        raise TomlError([Problem(label, message="no such file")]) from None
    except IsADirectoryError:
        raise TomlError([Problem(label, message="this is a folder; expected a TOML file")]) from None
    except (OSError, ValueError) as error:
        raise TomlError(
            [Problem(label, message=f"cannot be read: {getattr(error, 'strerror', None) or error}")]
        ) from error
    return parse_document(content, path=path, label=label)


def parse_document(content: bytes, *, path: Path, label: str) -> Document:
    """Parse the content of a TOML file; raises as `read_document` does."""
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = content[: error.start].decode("utf-8-sig")
        message = f"not a TOML file: byte 0x{content[error.start]:02x} is not UTF-8 text"
        line, column = before.count("\n") + 1, len(before) - before.rfind("\n")
        raise TomlError([Problem(label, line=line, column=column, message=message)]) from None
    # TOML knows two ends of line, "\n" and "\r\n"; tomllib folds the second into the first, and counts columns so.
    folded = text.replace("\r\n", "\n")
    try:
        document = Document(label=label, path=path, text=folded, data=tomllib.loads(text))
    except (tomllib.TOMLDecodeError, RecursionError, ValueError) as error:
        # The latter two are Python's: it refuses arrays nested hundreds deep and numbers of thousands of digits.
        from sightkit.toml.syntax import syntax_problem

        raise TomlError([syntax_problem(label, folded, error, deepest=DEEPEST)]) from None
    if problems := [document.problem(at, message) for at, message in unusable(document.data)]:
        raise TomlError(problems)
    return document


def unusable(data: Any) -> Iterator[tuple[KeyPath, str]]:
    """Yield each value that is beyond what TOML promises: numbers too large, tables and arrays nested too deeply."""
    waiting: list[tuple[KeyPath, Any]] = [((), data)]
    while waiting:
        path, value = waiting.pop()
        if isinstance(value, int) and value not in WHOLE_NUMBERS:
            yield path, f"{dotted(path)}: expected a whole number of at most 64 bits, found a larger one"
        elif isinstance(value, dict | list):
            if len(path) == DEEPEST:
                yield path, f"nested too deeply; expected at most {DEEPEST} tables and arrays inside one another"
                continue
            inside = value.items() if isinstance(value, dict) else enumerate(value)
            waiting.extend(reversed([((*path, key), inner) for key, inner in inside]))


def dotted(path: KeyPath) -> str:
    """Return a path as the command line writes it: ``augmentations.0.probability``."""
    return ".".join(key_text(key) for key in path)


def key_text(key: str | int) -> str:
    """Return a key as it would stand in the file, in quotes where it needs them."""
    text = str(key)
    return text if re.fullmatch(r"[A-Za-z0-9_-]+", text) else json.dumps(text, ensure_ascii=False)
