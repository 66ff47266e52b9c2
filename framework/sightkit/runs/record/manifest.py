"""manifest.json: what ran, on what, with what, and what became of it; always whole on the disk."""

from __future__ import annotations

import hashlib
import importlib.metadata
import inspect
import os
import platform
import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from sightkit.experiment import ExperimentSettings
from sightkit.experiment.uses import uses
from sightkit.files import write_json
from sightkit.registry.registry import Registry
from sightkit.runs.record.folder import MANIFEST
from sightkit.use import Use

PACKAGES = ("sightkit", "tensorflow", "keras", "numpy", "pillow", "pluggy", "pydantic", "scikit-learn")
SECRET = re.compile(r"token|secret|passw|credential|api_?-?key|access_?-?key", re.IGNORECASE)
HIDDEN = "(hidden)"


class Manifest:
    """The record of a run, written anew at every change.

    Args:
        folder: The run's folder; ``None`` writes nothing, as where another process writes it.
        content: What is known at the start.
    """

    def __init__(self, folder: Path | None, content: Mapping[str, Any]) -> None:
        self._path = folder / MANIFEST if folder else None
        self._content = dict(content)
        self.update()

    def update(self, **changes: Any) -> None:
        """Change entries and write the file."""
        self._content |= changes
        if self._path:
            write_json(self._path, self._content)


def now() -> str:
    """Return the time in UTC, as ISO 8601 writes it."""
    return datetime.now(UTC).isoformat(timespec="seconds")


def describe_run(settings: ExperimentSettings, registry: Registry, argv: Sequence[str]) -> dict[str, Any]:
    """Return what a manifest says before training."""
    return {
        "schema": 1,
        "state": "running",
        "experiment": settings.name,
        "seed": settings.seed,
        "argv": [without_secret(word) for word in argv],
        "started": now(),
        "components": [describe_use(role, use) for role, use in uses(settings)],
        "registry": [
            {"layer": layer.name, "file": layer.document.label, "text": layer.document.text}
            for layer in registry.policy.layers
        ],
        **describe_machine(),
    }


def describe_machine() -> dict[str, Any]:
    """Return what a run runs on: what else than the experiment decides the last bits of its weights."""
    return {
        "packages": {name: version for name in PACKAGES if (version := version_of(name))},
        "python": platform.python_version(),
        "platform": platform.platform(),
        "processors": len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count(),
    }


def describe_use(role: str, use: Use[Any]) -> dict[str, Any]:
    """Return which code a component is."""
    return {
        "role": role,
        "kind": use.component.kind,
        "name": use.component.name,
        "plugin": use.found.plugin,
        "origin": use.found.origin,
        "source_sha256": source_digest(use.component.build),
    }


def source_digest(function: Any) -> str | None:
    """Return the SHA-256 of the file that a function was defined in, where there is one."""
    try:
        source = inspect.getsourcefile(inspect.unwrap(function))
        return hashlib.sha256(Path(source).read_bytes()).hexdigest() if source else None
    except (TypeError, OSError):
        return None


def version_of(distribution: str) -> str | None:
    """Return the version of an installed distribution."""
    try:
        return importlib.metadata.version(distribution)
    except importlib.metadata.PackageNotFoundError:
        return None


def without_secret(word: str) -> str:
    """Return a word of the command line with the value hidden where its key looks like a secret's."""
    key, equals, _ = word.partition("=")
    return f"{key}={HIDDEN}" if equals and SECRET.search(key) else word


def without_secrets(values: Any) -> Any:
    """Return values of an experiment with those hidden whose keys look like a secret's."""
    if isinstance(values, Mapping):
        return {
            key: HIDDEN if SECRET.search(key) and isinstance(inner, str) else without_secrets(inner)
            for key, inner in values.items()
        }
    if isinstance(values, list):
        return [without_secrets(inner) for inner in values]
    return values
