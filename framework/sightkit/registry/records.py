"""What became of each plugin: loaded with its components, or why not."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sightkit.component import Component, Recipe


class Status(StrEnum):
    """What became of a plugin."""

    LOADED = "loaded"
    DISABLED = "disabled"
    NOT_LISTED = "not listed"
    WRONG_VERSION = "wrong version"
    CONFLICT = "conflict"
    MISSING = "missing"
    FAILED = "failed"


BROKEN = frozenset({Status.FAILED, Status.CONFLICT, Status.WRONG_VERSION, Status.MISSING})
"""What somebody has to mend, unlike what somebody has chosen."""


@dataclass(frozen=True, kw_only=True)
class PluginRecord:
    """One row of ``sightkit plugins list``.

    Attributes:
        name: The plugin's name.
        status: What became of it.
        layer: Who decided that.
        origin: The distribution with its version, or the file.
        distribution: The distribution's name; ``"local"`` for a registry's own code.
        version: The distribution's version.
        code: The module, file or folder.
        reason: Why it is not loaded, with what to do; empty where it is.
        traceback: Where it failed.
        notes: What is odd about it although it loaded.
        seconds: How long importing it took.
        components: What it offers, by kind.
        recipes: The experiments it ships.
    """

    name: str
    status: Status
    layer: str
    origin: str = ""
    distribution: str = ""
    version: str = ""
    code: str = ""
    reason: str = ""
    traceback: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    components: Mapping[str, Sequence[Component[Any]]] = field(default_factory=dict)
    recipes: Sequence[Recipe] = ()
