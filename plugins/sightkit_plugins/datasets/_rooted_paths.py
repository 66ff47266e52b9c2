"""Finding files by relative paths that must not lead out of a folder."""

from __future__ import annotations

import os
import stat
from pathlib import Path


class RootedPaths:
    """Files below a folder, found by the paths that a table gives.

    Args:
        root: The folder; may itself be reached by links.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self._resolved = os.path.realpath(root)
        self._folders: dict[str, str] = {}

    def find(self, written: str) -> Path | str:
        """Return the path of a file, or what is wrong with it. Two ways to write one path give the same.

        Only what lies below the root, links followed, is found. What is there but is no regular file is found too:
        the core refuses it by name, without opening it.
        """
        if not written:
            return "expected a path, found an empty cell"
        if written.startswith(("/", "~")):
            return f"path {written!r}: expected one relative to {self.root}"
        folder, name = os.path.split(written)
        try:
            if name in ("", ".", ".."):
                return f"path {written!r}: expected a file, found a folder"
            path = os.path.join(self.resolved_folder(folder), name)  # noqa: PTH118 - pathlib takes six times as long
            mode = os.lstat(path).st_mode
            target = os.path.realpath(path, strict=True) if stat.S_ISLNK(mode) else path
        except (OSError, ValueError) as error:
            if self.leads_out(os.path.realpath(os.path.join(self._resolved, written))):  # noqa: PTH118
                return self.escape(written)
            return f"path {written!r}: {getattr(error, 'strerror', None) or error} (below {self.root})"
        return self.escape(written) if self.leads_out(target) else Path(path)

    def resolved_folder(self, folder: str) -> str:
        """Return where a folder below the root really is; looked up once."""
        if folder not in self._folders:
            joined = os.path.join(self._resolved, folder)  # noqa: PTH118
            self._folders[folder] = os.path.realpath(joined, strict=True)
        return self._folders[folder]

    def leads_out(self, path: str) -> bool:
        """Return whether a path without links is not below the root."""
        return not path.startswith(self._resolved.rstrip(os.sep) + os.sep)

    def escape(self, written: str) -> str:
        """Return what to say of a path that leads out of the root."""
        return f"path {written!r}: expected one that stays below {self.root}, found one that leads out; set root"
