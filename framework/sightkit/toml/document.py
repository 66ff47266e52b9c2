"""A TOML file that was read: its values, and on demand where each of them stands."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

from sightkit.toml.problems import Problem, TomlError

if TYPE_CHECKING:
    from sightkit.toml.positions import Marks

KeyPath: TypeAlias = tuple[str | int, ...]


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

        return find_marks(self.text)

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
        line = content.count(b"\n", 0, error.start) + 1
        column = error.start - content.rfind(b"\n", 0, error.start)
        message = f"not a TOML file: byte 0x{content[error.start]:02x} is not UTF-8 text"
        raise TomlError([Problem(label, line=line, column=column, message=message)]) from None
    # TOML knows two ends of line, "\n" and "\r\n"; tomllib folds the second into the first.
    text = text.replace("\r\n", "\n")
    try:
        return Document(label=label, path=path, text=text, data=tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise TomlError([syntax_problem(label, text, str(error))]) from None
    except (RecursionError, ValueError) as error:
        # Python refuses numbers of thousands of digits and arrays nested hundreds deep.
        reason = "nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise TomlError([Problem(label, line=1, column=1, message=f"not usable TOML: {reason}")]) from None


def syntax_problem(label: str, text: str, reason: str) -> Problem:
    """Return where and why tomllib refused ``text``; it says so only in the words of its message."""
    if found := re.fullmatch(r"(.*) \(at line (\d+), column (\d+)\)", reason, re.DOTALL):
        reason, line, column = found[1], int(found[2]), int(found[3])
        if reason.startswith("Cannot"):
            # A key or table that is there already: tomllib points behind it, a reader looks for its start.
            row = text.split("\n")[line - 1]
            column = len(row) - len(row.lstrip()) + 1
    else:
        line, column = text.count("\n") + 1, len(text) - text.rfind("\n")
        reason = reason.removesuffix(" (at end of document)")
    return Problem(label, line=line, column=column, message=f"not valid TOML: {reason[:1].lower()}{reason[1:]}")


def dotted(path: KeyPath) -> str:
    """Return a path as the command line writes it: ``augmentations.0.probability``."""
    parts = (str(key) if re.fullmatch(r"[A-Za-z0-9_-]+", str(key)) else f'"{key}"' for key in path)
    return ".".join(parts)
