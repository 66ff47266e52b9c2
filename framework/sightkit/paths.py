"""Paths: made absolute where they come in, since the working directory may change, and short again for a reader."""

from __future__ import annotations

import os
from pathlib import Path

from sightkit.errors import StorageError


def working_directory() -> Path:
    """Return the working directory.

    Raises:
        StorageError: it has been removed.
    """
    try:
        return Path.cwd()
    except FileNotFoundError as error:
        message = "the working directory does not exist any more; change to another one"
        raise StorageError(message) from error


def absolute(path: Path | str) -> Path:
    """Return a path that means the same wherever the process goes; symbolic links stay in it.

    Raises:
        StorageError: it starts from a working directory that has been removed.
    """
    path = Path(path)
    return path if path.is_absolute() else working_directory() / path


def real(path: Path) -> Path:
    """Return where a path leads when all links are followed; one that leads nowhere, or in a circle, as it is."""
    # Not Path.resolve, which raises for what reading the file reports in better words.
    return Path(os.path.realpath(absolute(path))) if "\0" not in str(path) else path


def short(path: Path | str) -> str:
    """Return a path as a person in the working directory would write it, or whole where it is not below it."""
    try:
        relative = os.path.relpath(path)
    except (OSError, ValueError):  # there is no working directory, or it is on another drive
        return str(path)
    return str(path) if relative.startswith("..") else relative
