"""Which project registries the user has allowed to count, recorded by path and by the hash of all their code."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path

from sightkit.errors import PluginError, StorageError
from sightkit.registry.policy import PROJECT, Layer, parse_layer
from sightkit.registry.snapshot import Snapshot, take_snapshot
from sightkit.toml.document import parse_document

TRUST_VARIABLE = "SIGHTKIT_TRUST_PROJECT"


class Project:
    """A project's registry.toml with the code that it names, read once.

    Attributes:
        layer: What the registry says.
        snapshots: The local code of each of its plugins that has a path.
        digests: SHA-256 of the registry and of every file of its code, by absolute path.
    """

    def __init__(self, path: Path) -> None:
        content = path.read_bytes()
        self.layer: Layer = parse_layer(PROJECT, parse_document(content, path=path, label=str(path)))
        self.snapshots = read_local_code(self.layer)
        self.digests = {str(path.resolve()): hashlib.sha256(content).hexdigest()}
        for snapshot in self.snapshots.values():
            if isinstance(snapshot, PluginError):
                continue
            folder = snapshot.root.parent
            self.digests |= {str(folder / name): digest for name, digest in snapshot.digests.items()}

    @property
    def key(self) -> str:
        """What the record knows this project by."""
        return str(self.layer.document.path.resolve())


def read_local_code(layer: Layer) -> dict[str, Snapshot | PluginError]:
    """Read the plugins of a layer that are local code; where one can't be read, keep why, for when it is loaded."""
    snapshots: dict[str, Snapshot | PluginError] = {}
    for name, entry in layer.content.plugins.items():
        if entry.path is not None:
            try:
                snapshots[name] = take_snapshot((layer.folder / entry.path).resolve())
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
    return record if isinstance(record, dict) else {}


def write_record(record: Mapping[str, Mapping[str, str]]) -> None:
    """Replace the record in one step."""
    path = record_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".trust-", delete=False
        ) as temporary:
            json.dump(record, temporary, indent=1, sort_keys=True)
        os.replace(temporary.name, path)  # noqa: PTH105 - Path.replace is the same
    except OSError as error:
        message = f"{path}: trust cannot be recorded: {error.strerror}"
        raise StorageError(message) from error


def trust(project: Project) -> None:
    """Record that a project may load its plugins as they are now."""
    write_record({**read_record(), project.key: project.digests})


def revoke(project_path: Path) -> bool:
    """Forget that a project was trusted; says whether it was."""
    record = read_record()
    known = record.pop(str(project_path.resolve()), None) is not None
    if known:
        write_record(record)
    return known


def is_recorded(path: Path) -> bool:
    """Say whether a project was ever trusted, without looking at anything in it."""
    return str(path.resolve()) in read_record()


def reason_for_distrust(project: Project) -> str | None:
    """Return why a project does not count, or ``None`` where the user has trusted it as it is now."""
    recorded = read_record().get(project.key)
    if recorded is None:
        return "it is not trusted yet"
    changed = sorted(
        name for name in recorded.keys() | project.digests.keys() if recorded.get(name) != project.digests.get(name)
    )
    return f"{changed[0]} changed since it was trusted" if changed else None
