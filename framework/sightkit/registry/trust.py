"""Which project registries the user has allowed to count, recorded by path and by the hash of all their code."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from sightkit.errors import ConfigError, PluginError, StorageError
from sightkit.files import write_json
from sightkit.paths import real
from sightkit.registry.policy import PROJECT, Layer, parse_layer
from sightkit.registry.snapshot import Snapshot, take_snapshot
from sightkit.toml.document import parse_document

MOST_BYTES = 1_000_000
"""Of a project's registry.toml; a stranger's may be of any size."""


class Project:
    """A project's registry.toml with the code that it names, read once.

    Attributes:
        layer: What the registry says.
        snapshots: The local code of each of its plugins that has a path.
        digests: SHA-256 of the registry and of every file of its code, by absolute path.

    Args:
        path: The registry.toml.
        content: What it holds, where that was read already.
    """

    def __init__(self, path: Path, content: bytes | None = None) -> None:
        content = read_registry(path) if content is None else content
        self.layer: Layer = parse_layer(PROJECT, parse_document(content, path=path, label=str(path)))
        self.snapshots = read_local_code(self.layer)
        self.digests = {self.key: digest_of(content)}
        for snapshot in self.snapshots.values():
            if isinstance(snapshot, PluginError):
                continue
            folder = snapshot.root.parent
            self.digests |= {str(folder / name): digest for name, digest in snapshot.digests.items()}

    @property
    def key(self) -> str:
        """What the record knows this project by."""
        return key_of(self.layer.document.path)


def key_of(path: Path) -> str:
    """Return what the record knows the project of a registry.toml by."""
    return str(real(path))


def digest_of(content: bytes) -> str:
    """Return the SHA-256 of a file's content."""
    return hashlib.sha256(content).hexdigest()


def read_registry(path: Path) -> bytes:
    """Read a registry.toml of a size that one can have.

    Raises:
        ConfigError: it cannot be read, or is too large.
    """
    try:
        with path.open("rb") as file:
            content = file.read(MOST_BYTES + 1)
    except OSError as error:
        message = f"{path}: cannot be read: {error.strerror}"
        raise ConfigError(message) from error
    if len(content) > MOST_BYTES:
        message = f"{path}: expected a registry of at most {MOST_BYTES / 1e6:.0f} MB, found a larger file"
        raise ConfigError(message)
    return content


def read_local_code(layer: Layer) -> dict[str, Snapshot | PluginError]:
    """Read the plugins of a layer that are local code; where one can't be read, keep why, for when it is loaded."""
    snapshots: dict[str, Snapshot | PluginError] = {}
    for name, entry in layer.content.plugins.items():
        if entry.path is not None:
            try:
                snapshots[name] = take_snapshot(layer.local(entry.path))
            except PluginError as error:
                snapshots[name] = error
    return snapshots


def record_path() -> Path:
    """Return the file in which trust is recorded."""
    from platformdirs import user_state_path

    return user_state_path("sightkit") / "trust.json"


def read_record() -> dict[str, dict[str, str]]:
    """Return the trusted projects with the digests that they were trusted with."""
    path = record_path()
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        message = f"{path}: the record of trusted projects cannot be read ({error}); mend or remove it"
        raise StorageError(message) from error
    if not isinstance(record, dict) or not all(isinstance(digests, dict) for digests in record.values()):
        message = f"{path}: this is no record of trusted projects; remove it, and trust your projects again"
        raise StorageError(message)
    return record


def write_record(record: Mapping[str, Mapping[str, str]]) -> None:
    """Replace the record in one step."""
    path = record_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        message = f"{path}: trust cannot be recorded: {error.strerror}"
        raise StorageError(message) from error
    write_json(path, record)


def trust(project: Project) -> None:
    """Record that a project may load its plugins as they are now."""
    write_record({**read_record(), project.key: project.digests})


def revoke(path: Path) -> bool:
    """Forget that the project of a registry.toml was trusted; says whether it was."""
    record = read_record()
    known = record.pop(key_of(path), None) is not None
    if known:
        write_record(record)
    return known


def open_trusted(path: Path) -> Project | str:
    """Return a project as the user has trusted it, or why it does not count.

    Nothing in the folder is read that the user has never trusted, and nothing is understood before it is known to be
    what was trusted.
    """
    recorded = read_record().get(key_of(path))
    if recorded is None:
        return "it is not trusted yet"
    try:
        content = read_registry(path)
    except ConfigError as error:
        return str(error)
    if recorded.get(key_of(path)) != digest_of(content):
        return f"{path} changed since it was trusted"
    project = Project(path, content)
    names = recorded.keys() | project.digests.keys()
    changed = sorted(name for name in names if recorded.get(name) != project.digests.get(name))
    return f"{changed[0]} changed since it was trusted" if changed else project
