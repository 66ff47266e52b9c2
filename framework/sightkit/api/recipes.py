"""Recipes: experiments that plugins ship, found by name."""

from __future__ import annotations

import os
from pathlib import Path

from sightkit.errors import ConfigError, PluginError
from sightkit.registry.registry import Registry
from sightkit.toml.problems import did_you_mean


def is_recipe_name(source: str) -> bool:
    """Say whether the argument of ``sightkit run`` is a recipe's name rather than a file."""
    return not source.endswith(".toml") and "/" not in source and "\\" not in source


def recipe_path(name: str, registry: Registry) -> Path:
    """Return the file of a recipe.

    Raises:
        ConfigError: no plugin offers it, or two do.
        PluginError: no plugin offers it, and one that might have failed.
    """
    recipes = registry.catalogue.recipes()
    matches = [(record, recipe) for record, recipe in recipes if recipe.name == name]
    if len(matches) == 1:
        return matches[0][1].path
    if matches:
        origins = " and ".join(f"plugin {record.name} ({record.origin})" for record, _ in matches)
        message = f"{name}: {origins} both offer a recipe of this name; run its file: {matches[0][1].path}"
        raise ConfigError(message)
    # os.path, because pathlib fails on a name that is too long to be a file's.
    path = next((path for path in (f"{name}.toml", f"./{name}") if os.path.isfile(path)), None)  # noqa: PTH113
    file = f"; for the file, write {path}" if path else ""
    if os.path.isdir(name):  # noqa: PTH112
        message = f"{name}: this is a folder; expected a TOML file or the name of a recipe{file}"
        raise ConfigError(message)
    hint = did_you_mean(name, (recipe.name for _, recipe in recipes), otherwise="known recipes")
    if broken := registry.broken:
        reasons = "; ".join(broken)
        message = f"{name}: no such recipe is loaded; it may belong to a plugin that is not: {reasons}; or {hint}{file}"
        raise PluginError(message)
    message = f"{name}: no such recipe; {hint}{file}"
    raise ConfigError(message)
