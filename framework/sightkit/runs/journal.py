"""The files of a run that grow while it goes on: log.txt and history.csv."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from pathlib import Path

from sightkit.errors import StorageError
from sightkit.runs.manifest import now


class Journal:
    """What happened in a run, line by line.

    Args:
        folder: The run's folder.
    """

    def __init__(self, folder: Path) -> None:
        self._log = folder / "log.txt"
        self._history = folder / "history.csv"

    def note(self, message: str) -> None:
        """Add a line to log.txt."""
        append(self._log, f"{now()} {message}\n")

    def epoch(self, row: Mapping[str, float]) -> None:
        """Add a row to history.csv, whose first row names the columns."""
        try:
            with self._history.open("a", encoding="utf-8", newline="") as file:
                writer = csv.DictWriter(file, fieldnames=list(row))
                if file.tell() == 0:
                    writer.writeheader()
                writer.writerow(row)
        except OSError as error:
            raise not_written(self._history, error) from error


def append(path: Path, text: str) -> None:
    """Add text to a file."""
    try:
        with path.open("a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(text)
    except OSError as error:
        raise not_written(path, error) from error


def not_written(path: Path, error: OSError) -> StorageError:
    """Return the error for a file that cannot be written."""
    return StorageError(f"{path}: cannot be written: {error.strerror or error}")
