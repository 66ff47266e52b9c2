"""`Registry`: the plugins that one set of registries allows, loaded side by side with any other set."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.component import Component
from sightkit.errors import PluginError
from sightkit.paths import absolute
from sightkit.registry.added import checked, handed_over
from sightkit.registry.catalogue import Catalogue, not_loaded
from sightkit.registry.loader import load_plugin, scratch_manager
from sightkit.registry.policy import (
    BUILT_IN,
    COMMAND_LINE,
    INSTALLED,
    USER,
    Layer,
    Policy,
    built_in_path,
    read_layer,
)
from sightkit.registry.reasons import conflict_reason, missing_reason, not_listed_reason
from sightkit.registry.records import BROKEN, PluginRecord, Status
from sightkit.registry.snapshot import Snapshot
from sightkit.registry.sources import Source, find_sources
from sightkit.registry.trust import Project

if TYPE_CHECKING:
    import pluggy


class Registry:
    """The plugins of this process's built-ins and installed distributions, and of the registries that are given.

    Nothing is read before it is asked for. Two registries don't see each other's plugins.

    Args:
        user: A registry.toml of the user's.
        project: A registry.toml of a project. Its code is run: pass only what you trust.
        extra: More of them, which win over the others.
    """

    def __init__(
        self,
        *,
        user: Path | str | None = None,
        project: Project | Path | str | None = None,
        extra: Sequence[Path | str] = (),
    ) -> None:
        self._user = None if user is None else absolute(user)
        self._project = absolute(project) if isinstance(project, Path | str) else project
        self._extra = [absolute(path) for path in extra]
        self._added: list[Component[Any]] = []

    def __getstate__(self) -> dict[str, Any]:
        """Let another process read the registries and load the plugins itself; what was added is handed over."""
        return {key: vars(self)[key] for key in ("_user", "_project", "_extra", "_added")}

    def add(self, *components: Component[Any]) -> None:
        """Offer components that are in this process, beside those of plugins: ``registry.add(Metric(...))``.

        An experiment that was loaded with this registry names them as any other. Where a plugin offers the same name,
        the short one is refused, and theirs is ``python/NAME``. A run of them can't be repeated from its files: the
        manifest says so, and to resume it, the registry must have them again.

        Args:
            components: Each of a kind, with a name that no other added one of its kind has.

        Raises:
            PluginError: one of them is no component, or its name was added before.
        """
        added = [*self._added]
        for component in components:
            added.append(checked(component, added))
        self._added = added
        vars(self).pop("catalogue", None)

    @cached_property
    def _trusted_project(self) -> Project | None:
        if self._project is None or isinstance(self._project, Project):
            return self._project
        return Project(self._project)

    @cached_property
    def policy(self) -> Policy:
        """What the registries decide together."""
        layers: list[Layer] = [read_layer(BUILT_IN, built_in_path())]
        if self._user is not None:
            layers.append(read_layer(USER, self._user))
        if self._trusted_project is not None:
            layers.append(self._trusted_project.layer)
        layers.extend(read_layer(COMMAND_LINE, path) for path in self._extra)
        return Policy(layers)

    @cached_property
    def _scratch(self) -> pluggy.PluginManager:
        return scratch_manager()

    @cached_property
    def plugins(self) -> Sequence[PluginRecord]:
        """What became of each plugin, built-ins first, then sorted by name."""
        snapshots = self._trusted_project.snapshots if self._trusted_project else {}
        records = [self._settle(name, sources) for name, sources in offers(self.policy, snapshots).items()]
        return sorted(records, key=lambda record: (record.distribution != "sightkit", record.name))

    @cached_property
    def catalogue(self) -> Catalogue:
        """The components of the plugins that loaded, and those that were added."""
        return Catalogue([*self.plugins, *handed_over(self._added)], self.policy.prefer)

    def require_sound(self) -> None:
        """Insist that every plugin that may load did.

        Raises:
            PluginError: the plugins that failed, with why.
        """
        if self.broken:
            raise PluginError("\n".join(self.broken))

    @property
    def broken(self) -> list[str]:
        """Why each plugin that should have loaded did not."""
        return [not_loaded(record) for record in self.plugins if record.status in BROKEN]

    def _settle(self, name: str, sources: Sequence[Source]) -> PluginRecord:
        """Decide about one plugin name, and load it if it may load."""
        layer = self.policy.decided_by(name)
        enabled = self.policy.last(name, "enabled")
        if enabled is not None and enabled[1] is False:
            reason = f"{enabled[0].document.label} says enabled = false"
            return record_of(name, sources, Status.DISABLED, enabled[0].name, reason)
        off = self.policy.autoload_off
        if off is not None and not self.policy.chosen(name):
            kept = [source for source in sources if source.layer != INSTALLED]
            if sources and not kept:
                return record_of(name, sources, Status.NOT_LISTED, off.name, not_listed_reason(name, off))
            sources = kept
        return self._load_only(name, sources, layer)

    def _load_only(self, name: str, offered: Sequence[Source], layer: str) -> PluginRecord:
        """Load a plugin from the one source that may bear its name, in the version that may load."""
        wanted = self.policy.last(name, "distribution")
        sources = [source for source in offered if wanted is None or same_name(source.distribution, str(wanted[1]))]
        if not sources:
            return record_of(name, offered, Status.MISSING, layer, missing_reason(name, wanted, offered))
        if len(sources) > 1:
            return record_of(name, sources, Status.CONFLICT, layer, conflict_reason(name, sources))
        (source,) = sources
        version = self.policy.last(name, "version")
        if version is not None and not satisfies(source.version, str(version[1])):
            found = source.version or "no version (it is local code)"
            reason = f'{version[0].document.label} expects version "{version[1]}", found {found}'
            return record_of(name, sources, Status.WRONG_VERSION, version[0].name, reason)
        return load_plugin(source, layer=layer, scratch=self._scratch)


def offers(policy: Policy, snapshots: Mapping[str, Snapshot | PluginError]) -> dict[str, list[Source]]:
    """Return what offers each plugin name that is known at all; an empty list for one that is only listed."""
    names: dict[str, list[Source]] = {}
    for source in find_sources(policy, snapshots):
        names.setdefault(source.plugin, []).append(source)
    for name in policy.listed:
        names.setdefault(name, [])
    return names


def record_of(name: str, sources: Sequence[Source], status: Status, layer: str, reason: str) -> PluginRecord:
    """Return the record of a plugin that is not loaded."""
    only = sources[0] if len(sources) == 1 else None
    return PluginRecord(
        name=name,
        status=status,
        layer=layer,
        reason=reason,
        origin=", ".join(source.origin for source in sources),
        distribution=only.distribution if only else "",
        version=only.version if only else "",
        code=only.code if only else "",
    )


def same_name(one: str, other: str) -> bool:
    """Say whether two names mean the same distribution; ``Acme_Vision`` and ``acme-vision`` do."""
    folded = {re.sub(r"[-_.]+", "-", name).lower() for name in (one, other)}
    return len(folded) == 1


def satisfies(version: str, specifier: str) -> bool:
    """Say whether a distribution's version is one that may load; one that is none never is."""
    from packaging.specifiers import SpecifierSet
    from packaging.version import InvalidVersion

    try:
        return bool(version) and SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidVersion:
        return False
