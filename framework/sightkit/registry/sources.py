"""Where plugins come from: registries and the entry points of installed distributions."""

from __future__ import annotations

import importlib
import importlib.metadata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType

from sightkit.errors import PluginError
from sightkit.registry.policy import BUILT_IN, INSTALLED, PROJECT, Layer, Policy
from sightkit.registry.snapshot import Snapshot, import_snapshot, take_snapshot

GROUP = "sightkit.plugins"
LOCAL = "local"


@dataclass(frozen=True)
class Source:
    """One place that offers a plugin.

    Attributes:
        plugin: The plugin's name.
        layer: Who brought it up: a layer's name, or ``"installed"`` for an entry point.
        code: The module, or the file or folder, that is the plugin.
        distribution: The distribution that ships it; ``"local"`` for a registry's own code.
        version: That distribution's version, empty where there is none.
        load: Imports it.
    """

    plugin: str
    layer: str
    code: str
    distribution: str
    version: str
    load: Callable[[], object]

    @property
    def origin(self) -> str:
        """What messages call it: the distribution with its version, or the file."""
        return self.code if self.distribution == LOCAL else f"{self.distribution} {self.version}".strip()


def find_sources(policy: Policy, snapshots: Mapping[str, Snapshot | PluginError]) -> list[Source]:
    """Return everything that offers a plugin, sorted by distribution, then by name; nothing is imported.

    Args:
        policy: The registries.
        snapshots: The local code of the project that was checked for trust, by plugin name.
    """
    sources = {(source.plugin, source.code): source for source in [*entry_points(), *listed(policy, snapshots)]}
    return sorted(sources.values(), key=lambda source: (source.distribution, source.plugin, source.code))


def entry_points() -> list[Source]:
    """Return the plugins that installed distributions announce."""
    return [
        Source(
            plugin=point.name,
            layer=INSTALLED,
            code=point.value,
            distribution=point.dist.name if point.dist else "unknown",
            version=point.dist.version if point.dist else "",
            load=point.load,
        )
        for point in importlib.metadata.entry_points(group=GROUP)
    ]


def listed(policy: Policy, snapshots: Mapping[str, Snapshot | PluginError]) -> list[Source]:
    """Return the plugins whose code a registry names."""
    sources = []
    for layer in policy.layers:
        for name, entry in layer.content.plugins.items():
            if entry.module is not None:
                sources.append(module_source(name, entry.module, layer))
            if entry.path is not None:
                root = (layer.folder / entry.path).resolve()
                # Only a project's code has to be the code that was checked for trust: the user's own is read now.
                snapshot = snapshots.get(name) if layer.name == PROJECT else None
                sources.append(path_source(name, root, layer, snapshot))
    return sources


def module_source(name: str, module: str, layer: Layer) -> Source:
    """Return a plugin that is an importable module."""

    def load() -> ModuleType:
        return importlib.import_module(module)

    built_in = layer.name == BUILT_IN
    return Source(
        plugin=name,
        layer=layer.name,
        code=module,
        distribution="sightkit" if built_in else LOCAL,
        version=own_version() if built_in else "",
        load=load,
    )


def path_source(name: str, root: Path, layer: Layer, snapshot: Snapshot | PluginError | None) -> Source:
    """Return a plugin that is local code."""

    def load() -> ModuleType:
        if isinstance(snapshot, PluginError):
            raise snapshot
        return import_snapshot(name, snapshot or take_snapshot(root))

    return Source(plugin=name, layer=layer.name, code=str(root), distribution=LOCAL, version="", load=load)


def own_version() -> str:
    """Return the version of sightkit that is installed."""
    return importlib.metadata.version("sightkit")
