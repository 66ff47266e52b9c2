"""The files of local code, read once: the bytes that are hashed are the bytes that are compiled."""

from __future__ import annotations

import hashlib
import importlib.abc
import importlib.util
import os
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from importlib.machinery import ModuleSpec
from pathlib import Path, PurePosixPath
from types import CodeType, ModuleType

from sightkit.errors import PluginError

MOST_BYTES = 50_000_000
"""Of one plugin's local code. It is read whole, each time that sightkit starts."""


@dataclass(frozen=True)
class Snapshot:
    """A local plugin as it was at one moment.

    Attributes:
        root: The .py file, or the folder of the package.
        files: What each file held, by its path relative to ``root``'s folder, with forward slashes.
    """

    root: Path
    files: Mapping[str, bytes]

    @cached_property
    def digests(self) -> dict[str, str]:
        """The SHA-256 of each file."""
        return {name: hashlib.sha256(content).hexdigest() for name, content in self.files.items()}

    @property
    def digest(self) -> str:
        """One SHA-256 over all files and their names."""
        return hashlib.sha256(repr(sorted(self.digests.items())).encode()).hexdigest()


def take_snapshot(root: Path) -> Snapshot:
    """Read a local plugin: one .py file, or a folder with an ``__init__.py`` and all that is below it.

    Raises:
        PluginError: there is no such file or package, or it cannot be read.
    """
    try:
        if root.is_dir():
            return package_snapshot(root)
        if root.suffix == ".py" and root.is_file():
            return Snapshot(root, read_files(root, [root]))
    except OSError as error:
        message = f"{error.filename or root}: cannot be read: {error.strerror}"
        raise PluginError(message) from error
    message = f"{root}: no such plugin; expected a .py file, or a folder with an __init__.py"
    raise PluginError(message)


def package_snapshot(root: Path) -> Snapshot:
    """Read every regular file of a package; compiled files are left out, since they are never used."""
    paths = regular_files(root)
    if root / "__init__.py" not in paths:
        message = f"{root}: the folder has no __init__.py of its own; expected a package"
        raise PluginError(message)
    return Snapshot(root, read_files(root, paths))


def regular_files(root: Path) -> list[Path]:
    """Return the files below a folder, following no symbolic link out of it or round in circles."""
    files: list[Path] = []
    folders = [root]
    while folders:
        with os.scandir(folders.pop()) as entries:
            for entry in entries:
                if entry.is_file(follow_symlinks=False):
                    files.append(Path(entry.path))
                elif entry.is_dir(follow_symlinks=False) and entry.name != "__pycache__":
                    folders.append(Path(entry.path))
    return sorted(files)


def read_files(root: Path, paths: Sequence[Path]) -> dict[str, bytes]:
    """Read files that are small enough for code; the names are relative to the folder that ``root`` is in."""
    size = sum(path.lstat().st_size for path in paths)
    if size > MOST_BYTES:
        message = (
            f"{root}: holds {size / 1e6:,.0f} MB in {len(paths)} files; expected code, of {MOST_BYTES / 1e6:.0f} MB at "
            "most; keep data somewhere else"
        )
        raise PluginError(message)
    return {path.relative_to(root.parent).as_posix(): path.read_bytes() for path in paths}


class SnapshotFinder(importlib.abc.MetaPathFinder, importlib.abc.InspectLoader):
    """Imports a local plugin, and the modules inside it, from the bytes of its snapshot."""

    def __init__(self, name: str, snapshot: Snapshot) -> None:
        self.name = name
        self.snapshot = snapshot

    def file_of(self, fullname: str) -> str | None:
        """Return which file of the snapshot a module is, packages first as Python does."""
        root = self.snapshot.root
        below = fullname.removeprefix(self.name).lstrip(".").split(".") if fullname != self.name else []
        base = PurePosixPath(root.name, *below)
        choices = [root.name] if root.name in self.snapshot.files else [f"{base}/__init__.py", f"{base}.py"]
        return next((choice for choice in choices if choice in self.snapshot.files), None)

    def find_spec(
        self, fullname: str, _path: Sequence[str] | None, _target: ModuleType | None = None, /
    ) -> ModuleSpec | None:
        """Find this plugin's own modules and nobody else's."""
        if fullname != self.name and not fullname.startswith(f"{self.name}."):
            return None
        single_file = self.snapshot.root.name in self.snapshot.files
        if (file := self.file_of(fullname)) is None or (single_file and fullname != self.name):
            return None
        origin = str(self.snapshot.root.parent / file)
        spec = ModuleSpec(fullname, self, origin=origin, is_package=file.endswith("/__init__.py"))
        spec.has_location = True
        return spec

    def get_code(self, fullname: str) -> CodeType | None:
        """Compile a module from the snapshot."""
        file = self.file_of(fullname)
        if file is None:
            return None
        return compile(self.snapshot.files[file], str(self.snapshot.root.parent / file), "exec", dont_inherit=True)

    def get_source(self, fullname: str) -> str | None:
        """Return the source of a module, for tracebacks."""
        file = self.file_of(fullname)
        return None if file is None else importlib.util.decode_source(self.snapshot.files[file])

    def is_package(self, fullname: str) -> bool:
        """Say whether a module has modules inside."""
        return (self.file_of(fullname) or "").endswith("/__init__.py")


def import_snapshot(plugin: str, snapshot: Snapshot) -> ModuleType:
    """Import a local plugin under a name of its own, so that two projects' ``my_plugin.py`` don't meet."""
    # The digest makes the name unique among contents, so sharing it between registries is right.
    location = hashlib.sha256(os.fsencode(snapshot.root)).hexdigest()
    name = f"sightkit_local_{plugin.replace('-', '_')}_{location[:8]}{snapshot.digest[:8]}"
    if name not in sys.modules:
        finder = SnapshotFinder(name, snapshot)
        # The first to be asked, so that no file elsewhere on sys.path can take the place of what was checked.
        sys.meta_path.insert(0, finder)
        try:
            importlib.import_module(name)
        except BaseException:
            sys.meta_path.remove(finder)
            raise
    return sys.modules[name]
