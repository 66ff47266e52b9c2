"""The catalogue: which component a kind and a name mean, or why none."""

from __future__ import annotations

import importlib.metadata
from collections.abc import Mapping, Sequence
from typing import Any, cast

from sightkit.component import Component, Recipe
from sightkit.registry.policy import user_path
from sightkit.registry.records import BROKEN, PluginRecord, Status
from sightkit.toml.problems import did_you_mean, nearest
from sightkit.use import C, Found, UnknownComponentError


class Catalogue:
    """All components of the plugins that loaded.

    Args:
        records: What became of each plugin.
        prefer: The plugin that a kind's (in the plural) short name means, where two offer it.
    """

    def __init__(self, records: Sequence[PluginRecord], prefer: Mapping[tuple[str, str], str]) -> None:
        self.records = records
        self._prefer = prefer
        self._found: dict[tuple[str, str], list[Found[Any]]] = {}
        for record in records:
            for kind, components in record.components.items():
                for component in components:
                    found = Found(component, record.name, record.origin)
                    self._found.setdefault((kind, component.name), []).append(found)

    def all(self, kind: type[Component[Any]]) -> list[Found[Any]]:
        """Return every component of a kind, sorted by name."""
        found = [each for (name, _), entries in self._found.items() if name == kind.kind for each in entries]
        return sorted(found, key=lambda each: (each.component.name, each.plugin))

    def names(self, kind: type[Component[Any]]) -> list[str]:
        """Return what ``use`` may say for a kind: short names, and identities where a short name is shared."""
        return [self.written(each) for each in self.all(kind)]

    def written(self, found: Found[Any]) -> str:
        """Return what ``use`` says for a component: its short name, or its identity where that is shared."""
        name = found.component.name
        return name if self._chosen(type(found.component), name) is found else found.identity

    def own(self, kind: type[Component[Any]], name: str) -> str:
        """Return what ``use`` says where nobody has said anything: the name, or the identity of sightkit's own.

        Others may offer a component of this name, too; what their users have to decide is no matter of experiments that
        don't name it.
        """
        if self._chosen(kind, name) is not None:
            return name
        built_in = {record.name for record in self.records if record.distribution == "sightkit"}
        entries = self._found.get((kind.kind, name), [])
        return next((each.identity for each in entries if each.plugin in built_in), name)

    def recipes(self) -> list[tuple[PluginRecord, Recipe]]:
        """Return every recipe with its plugin, sorted by name."""
        recipes = [(record, recipe) for record in self.records for recipe in record.recipes]
        return sorted(recipes, key=lambda entry: (entry[1].name, entry[0].name))

    def find(self, kind: type[C], name: str) -> Found[C]:
        """Return the component that a name means: ``"resnet"``, or ``"acme/resnet"``.

        Raises:
            UnknownComponentError: none, or more than one, or one that lacks a distribution it requires.
        """
        plugin, slash, short = name.rpartition("/")
        if slash and not plugin:
            raise self._not_found(kind, name)
        if plugin:
            entries = self._found.get((kind.kind, short), [])
            found = next((each for each in entries if each.plugin == plugin), None)
        else:
            found = self._chosen(kind, short)
        if found is None:
            raise self._unknown(kind, plugin, short)
        if missing := missing_requirements(found.component.requires):
            needed = " ".join(f"'{requirement}'" for requirement in missing)
            message = f"it needs {', '.join(missing)}, which is not installed; pip install {needed}"
            raise UnknownComponentError(message)
        return cast("Found[C]", found)

    def _chosen(self, kind: type[Component[Any]], short: str) -> Found[Any] | None:
        entries = self._found.get((kind.kind, short), [])
        preferred = self._prefer.get((kind.plural, short))
        if preferred is not None:
            return next((each for each in entries if each.plugin == preferred), None)
        return entries[0] if len(entries) == 1 else None

    def _unknown(self, kind: type[Component[Any]], plugin: str, short: str) -> UnknownComponentError:
        """Say which it is: shared, of a plugin that failed, of one that is disabled, misspelt, or not installed."""
        preferred = None if plugin else self._prefer.get((kind.plural, short))
        entries = self._found.get((kind.kind, short), [])
        if entries and not plugin and preferred is None:
            return UnknownComponentError(ambiguous(kind, short, entries), plugin_failed=True)
        said = f'registry.toml says [prefer.{kind.plural}] {short} = "{preferred}", and ' if preferred else ""
        wanted = plugin or preferred
        record = next((each for each in self.records if each.name == (wanted or short)), None)
        if record is not None and record.status != Status.LOADED:
            return UnknownComponentError(said + not_loaded(record), plugin_failed=record.status in BROKEN)
        if wanted and record is not None:
            offered = [component.name for component in record.components.get(kind.kind, ())]
            hint = did_you_mean(short, offered, otherwise=f"its {kind.plural}")
            return UnknownComponentError(f"{said}plugin {wanted} has no such {kind.kind}; {hint}")
        if wanted:
            return UnknownComponentError(f"{said}{not_installed(wanted, self.records)}")
        return self._not_found(kind, short)

    def _not_found(self, kind: type[Component[Any]], short: str) -> UnknownComponentError:
        """Say what a name may have been meant to be that no plugin offers, nor is called."""
        hint = did_you_mean(short, self.names(kind), otherwise=f"known {kind.plural}")
        if broken := [not_loaded(each) for each in self.records if each.status in BROKEN]:
            # Nobody knows what these would have offered, so a name that looks misspelt may be right after all.
            reasons = "; ".join(broken)
            message = f"no such {kind.kind} is loaded; it may belong to a plugin that is not: {reasons}; or {hint}"
            return UnknownComponentError(message, plugin_failed=True)
        out = [each.name for each in self.records if each.status in {Status.DISABLED, Status.NOT_LISTED}]
        unseen = f" (plugins that are out were not looked into: {', '.join(out)})" if out else ""
        return UnknownComponentError(f"no such {kind.kind}, or its plugin is not installed; {hint}{unseen}")


def ambiguous(kind: type[Component[Any]], short: str, entries: Sequence[Found[Any]]) -> str:
    """Return which plugins offer one short name and the line that decides between them."""
    offers = " and ".join(f"plugin {each.plugin} ({each.origin})" for each in entries)
    written = " or ".join(f'"{each.identity}"' for each in entries)
    return (
        f"{offers} offer a component of this name; write use = {written}, or decide in registry.toml "
        f'({user_path()} is yours): [prefer.{kind.plural}] {short} = "{entries[0].plugin}"'
    )


def not_loaded(record: PluginRecord) -> str:
    """Return why a plugin is not loaded."""
    origin = f" ({record.origin})" if record.origin else ""
    return f"plugin {record.name}{origin} is not loaded ({record.status}): {record.reason}"


def not_installed(name: str, records: Sequence[PluginRecord]) -> str:
    """Return what to do about a plugin that there is not."""
    meant = nearest(name, (each.name for each in records), likeness=0.75)
    hint = f'; did you mean "{meant}"?' if meant else ""
    return (
        f"no plugin {name} is installed: pip install it (pip install -e FOLDER, if it is your own), or take one that "
        f"sightkit plugins list shows{hint}"
    )


def missing_requirements(requires: Sequence[str]) -> list[str]:
    """Return the requirements that no installed distribution satisfies."""
    if not requires:
        return []
    from packaging.requirements import Requirement

    missing = []
    for text in requires:
        requirement = Requirement(text)
        if requirement.marker is not None and not requirement.marker.evaluate():
            continue  # not needed on this machine
        try:
            installed = importlib.metadata.version(requirement.name)
        except importlib.metadata.PackageNotFoundError:
            missing.append(text)
            continue
        if not requirement.specifier.contains(installed, prereleases=True):
            missing.append(text)
    return missing
