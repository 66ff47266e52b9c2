"""The folder of a run: its name, the names in it, and who may write there."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from filelock import FileLock, Timeout

from sightkit.errors import StorageError

MANIFEST = "manifest.json"
DATA = "data.json"
RESOLVED = "resolved.toml"
LOCK = ".lock"
FOLDERS = ("checkpoints", "predictions", "reports", "model")


@contextmanager
def only_writer(folder: Path) -> Iterator[None]:
    """Hold a run's folder, so that no other process writes into it; what a killed one left half written is removed.

    Raises:
        StorageError: another process holds it, or it is no place to write to.
    """
    path = folder / LOCK
    lock = FileLock(path)
    try:
        lock.acquire(timeout=0)
    except Timeout:
        message = (
            f"{folder}: another process is at work on this run, or another loop of this one; wait for it, or end it"
        )
        raise StorageError(message) from None
    except OSError as error:
        message = f"{folder}: cannot be written to: {error.strerror or error}"
        raise StorageError(message) from error
    try:
        for left in folder.rglob(".*.tmp"):
            left.unlink(missing_ok=True)
        yield
    finally:
        with suppress(OSError):  # Windows removes no file that is open
            path.unlink(missing_ok=True)
        lock.release()


def make_folder(runs_dir: Path, experiment: str) -> Path:
    """Make the folder ``runs_dir/experiment/time-id`` with the folders inside it.

    Raises:
        StorageError: it cannot be made.
    """
    started = datetime.now().strftime("%Y%m%d-%H%M%S")
    path = runs_dir / experiment / f"{started}-{secrets.token_hex(3)}"
    make_folders(path)
    return path


def make_folders(path: Path) -> None:
    """Make the folders inside a run's, as far as they are missing.

    Raises:
        StorageError: they cannot be made.
    """
    try:
        for name in FOLDERS:
            (path / name).mkdir(parents=True, exist_ok=True)
    except OSError as error:
        what = f"{error.filename or path}: the run's folder cannot be made: {error.strerror}"
        message = f"{what}; choose another place with --runs-dir"
        raise StorageError(message) from error
