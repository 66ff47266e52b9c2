"""Finding files by relative paths that must not lead out of a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Set
from pathlib import Path


class RootedPaths:
    """Files below a folder, found by the paths that a table gives.

    Text instead of `Path` objects, and every folder is listed once: a table may have a row for each of many images, and
    to ask for the status of every file takes most of the time.

    Args:
        root: The folder; may itself be reached by links.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._resolved = os.path.realpath(root)
        self._start = self._resolved.rstrip(os.sep) + os.sep
        self._folders: dict[str, tuple[str, Set[str]]] = {}

    def find(self, written: str) -> tuple[str, str | None]:
        """Return the path of a file, and what is wrong with it. Two ways to write one path give the same.

        Only what lies below the root, links followed, is right. What is there but is no regular file is too: the core
        refuses it by name, without opening it.
        """
        if not written:
            return "", "expected a path, found an empty cell"
        if written.startswith(("/", "~")):
            return "", f"path {written!r}: expected one relative to {self.root}"
        folder, name = os.path.split(written)
        try:
            if name in ("", ".", ".."):
                return "", f"path {written!r}: expected a file, found a folder"
            start, listed = self._folders.get(folder) or self.look_up(folder)
            path = start + name
            is_link = name not in listed and stat.S_ISLNK(os.lstat(path).st_mode)
            target = os.path.realpath(path, strict=True) if is_link else path
        except (OSError, ValueError) as error:
            if self.leads_out(os.path.realpath(os.path.join(self._resolved, written))):  # noqa: PTH118
                return "", self.escape(written)
            return "", f"path {written!r}: {getattr(error, 'strerror', None) or error} (below {self.root})"
        return path, self.escape(written) if self.leads_out(target) else None

    def look_up(self, folder: str) -> tuple[str, Set[str]]:
        """Return where a folder below the root really is, with a separator at its end, and what is in it but links."""
        joined = os.path.join(self._resolved, folder)  # noqa: PTH118
        start = os.path.realpath(joined, strict=True).rstrip(os.sep) + os.sep
        listed = set() if self.leads_out(start) else names_without_links(start)  # what is outside is not looked at
        self._folders[folder] = start, listed
        return start, listed

    def leads_out(self, path: str) -> bool:
        """Return whether a path without links is not below the root."""
        return not path.startswith(self._start)

    def escape(self, written: str) -> str:
        """Return what to say of a path that leads out of the root."""
        return f"path {written!r}: expected one that stays below {self.root}, found one that leads out; set root"


def names_without_links(folder: str) -> Set[str]:
    """Return the names of what is in a folder and no link; none if it can't be listed."""
    try:
        with os.scandir(folder) as entries:
            return {entry.name for entry in entries if not entry.is_symlink()}
    except OSError:
        return set()
