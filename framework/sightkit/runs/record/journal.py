"""The files of a run that grow while it goes on: log.txt and history.csv."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from sightkit.errors import StorageError
from sightkit.files import write_text
from sightkit.runs.record.manifest import now


class Journal:
    """What happened in a run, line by line.

    Args:
        folder: The run's folder; ``None`` writes nothing, as where another process writes it.
    """

    def __init__(self, folder: Path | None) -> None:
        self._log = folder / "log.txt" if folder else Path(os.devnull)
        self._history = folder / "history.csv" if folder else None

    def note(self, message: str) -> None:
        """Add a line to log.txt."""
        append(self._log, f"{now()} {message}\n")

    def rewind(self, rows: Sequence[Mapping[str, float]]) -> None:
        """Let history.csv hold these rows and no others."""
        if self._history is None:
            return
        text = io.StringIO(newline="")
        if rows:
            writer = csv.DictWriter(text, fieldnames=list(rows[0]))
            writer.writeheader()
            writer.writerows(rows)
        write_text(self._history, text.getvalue())

    def epoch(self, row: Mapping[str, float]) -> None:
        """Add a row to history.csv, whose first row names the columns."""
        if self._history is None:
            return
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
