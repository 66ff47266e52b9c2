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
    sources: dict[tuple[str, str, str], Source] = {}
    for source in entry_points():
        # The first one on sys.path is the one that Python imports.
        sources.setdefault((source.plugin, source.distribution, source.code), source)
    announced = {(source.plugin, source.code) for source in sources.values()}
    for source in listed(policy, snapshots):
        # A registry may list the very module that a distribution announces: one plugin, and it is the distribution's.
        if (source.plugin, source.code) not in announced:
            sources[source.plugin, source.distribution, source.code] = source
    return sorted(sources.values(), key=lambda source: (source.distribution, source.plugin, source.code))


def entry_points() -> list[Source]:
    """Return the plugins that installed distributions announce."""
    try:
        return [installed(point) for point in importlib.metadata.entry_points(group=GROUP)]
    except Exception:
        # One unreadable distribution, a stranger's perhaps, spoils the answer for all: ask each by itself.
        return [source for distribution in importlib.metadata.distributions() for source in announced_by(distribution)]


def announced_by(distribution: importlib.metadata.Distribution) -> list[Source]:
    """Return the plugins of one distribution; one that fails where it announces some but they can't be read."""
    try:
        if GROUP not in (distribution.read_text("entry_points.txt") or ""):
            return []
    except Exception:  # whatever it announces, nobody can tell
        return []
    try:
        return [installed(point) for point in distribution.entry_points.select(group=GROUP)]
    except Exception as error:
        name, version = described(distribution)
        reason = f"its entry_points.txt cannot be read ({type(error).__name__}: {error}); install {name} again"

        def load() -> object:
            raise PluginError(reason)

        return [Source(plugin=name, layer=INSTALLED, code=GROUP, distribution=name, version=version, load=load)]


def installed(point: importlib.metadata.EntryPoint) -> Source:
    """Return a plugin that a distribution announces."""
    name, version = described(point.dist)
    return Source(
        plugin=point.name, layer=INSTALLED, code=point.value, distribution=name, version=version, load=point.load
    )


def described(distribution: importlib.metadata.Distribution | None) -> tuple[str, str]:
    """Return a distribution's name and version, as far as what was left of its metadata tells them."""
    try:
        metadata = distribution.metadata if distribution is not None else None
    except Exception:
        metadata = None
    if metadata is None:
        return "unknown", ""
    name = metadata["Name"] if "Name" in metadata else "unknown"  # noqa: SIM401 - the type has no get before 3.12
    version = metadata["Version"] if "Version" in metadata else ""  # noqa: SIM401
    return name, version


def listed(policy: Policy, snapshots: Mapping[str, Snapshot | PluginError]) -> list[Source]:
    """Return the plugins whose code a registry names."""
    sources = []
    own_version = importlib.metadata.version("sightkit")
    for layer in policy.layers:
        for name, entry in layer.content.plugins.items():
            if entry.module is not None:
                sources.append(module_source(name, entry.module, layer, own_version))
            if entry.path is not None:
                # Only a project's code has to be the code that was checked for trust: the user's own is read now.
                snapshot = snapshots.get(name) if layer.name == PROJECT else None
                sources.append(path_source(name, layer.local(entry.path), layer, snapshot))
    return sources


def module_source(name: str, module: str, layer: Layer, own_version: str) -> Source:
    """Return a plugin that is an importable module."""

    def load() -> ModuleType:
        return importlib.import_module(module)

    built_in = layer.name == BUILT_IN
    return Source(
        plugin=name,
        layer=layer.name,
        code=module,
        distribution="sightkit" if built_in else LOCAL,
        version=own_version if built_in else "",
        load=load,
    )


def path_source(name: str, root: Path, layer: Layer, snapshot: Snapshot | PluginError | None) -> Source:
    """Return a plugin that is local code."""

    def load() -> ModuleType:
        if isinstance(snapshot, PluginError):
            raise snapshot
        return import_snapshot(name, snapshot or take_snapshot(root))

    return Source(plugin=name, layer=layer.name, code=str(root), distribution=LOCAL, version="", load=load)
