"""Whether components keep their contracts: one of them, or all that a plugin offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any, TypeAlias

from sightkit.component import Component, Recipe
from sightkit.errors import ConfigError
from sightkit.registry.registry import Registry
from sightkit.testing.checks import checks_of
from sightkit.testing.checks.recipe import CHECKS as RECIPE_CHECKS
from sightkit.testing.checks.recipe import RecipeSubject
from sightkit.testing.examination import Examination
from sightkit.testing.finding import Finding, NonconformityError, Outcome
from sightkit.testing.plugin import LoadedPlugins, load_plugins_to_check
from sightkit.testing.subject import Subject
from sightkit.toml.problems import did_you_mean
from sightkit.use import Found

Example: TypeAlias = Mapping[str, Any]
"""Parameters, as an experiment would write them: ``{"path": "tests/images"}``. Those left out have their defaults."""

Examples: TypeAlias = Mapping[str, Example | Sequence[Example]]
"""By the name of a component, ``"dim"`` or ``"acme-vision/dim"``, one example of its parameters or several."""


def check_component(
    component: Component[Any], *, examples: Example | Sequence[Example] = (), registry: Registry | None = None
) -> None:
    """Insist that a component keeps the contract of its kind.

    Args:
        component: Which.
        examples: Parameters to check it with, or several of these; by default its defaults. One that has parameters
            without a default needs an example.
        registry: Where components inside its parameters come from; by default the built-in and the installed plugins.

    Raises:
        NonconformityError: it does not; an AssertionError that says for each check that failed what was expected, what
            was found and what to do.
    """
    found = Found(component, plugin="python", origin="this process")
    insist(of_component(found, listed(examples), registry or Registry()).findings())


def check_plugin(plugin: str | Path | ModuleType, *, examples: Examples | None = None) -> None:
    """Insist that everything that a plugin offers keeps its contract.

    Args:
        plugin: The name of an installed plugin or distribution, a module or its name, or the path of a .py file or of a
            package's folder. Its code is run.
        examples: Parameters to check its components with.

    Raises:
        NonconformityError: a component does not.
        PluginError: there is no such plugin, or it cannot be loaded.
        ConfigError: an example is of no component of the plugin.
    """
    all_of_it = examinations(load_plugins_to_check(plugin), examples or {})
    insist(finding for examination in all_of_it for finding in examination.findings())


def insist(findings: Iterator[Finding]) -> None:
    """Raise the findings that are failures, if there are any."""
    if failures := [each for each in findings if each.outcome is Outcome.FAILED]:
        raise NonconformityError(failures)


def examinations(plugins: LoadedPlugins, examples: Examples) -> Iterator[Examination]:
    """Yield an examination of each component and each recipe that plugins offer.

    Raises:
        ConfigError: an example is of no component of theirs.
    """
    components = list(components_of(plugins))
    refuse_strangers(examples, components)
    for found in components:
        given = [each for name, each in examples.items() if name in {found.component.name, found.identity}]
        yield of_component(found, listed(given[-1] if given else ()), plugins.registry)
    for record in plugins.records:
        for recipe in record.recipes:
            yield of_recipe(f"{record.name}/{recipe.name}", recipe, plugins.registry)


def of_component(found: Found[Any], examples: Sequence[Example], registry: Registry) -> Examination:
    """Return the examination of a component with each example, or with its defaults."""
    subjects = [Subject(found, values, registry) for values in examples or [{}]]
    return Examination(found.identity, found.component.kind, checks_of(found.component), subjects)


def of_recipe(identity: str, recipe: Recipe, registry: Registry) -> Examination:
    """Return the examination of a recipe."""
    return Examination(identity, "recipe", RECIPE_CHECKS, [RecipeSubject(recipe, registry)])


def components_of(plugins: LoadedPlugins) -> Iterator[Found[Any]]:
    """Yield the components of plugins."""
    for record in plugins.records:
        for components in record.components.values():
            for component in components:
                yield Found(component, record.name, record.origin)


def refuse_strangers(examples: Examples, components: Sequence[Found[Any]]) -> None:
    """Refuse an example of a component that there is not."""
    known = {name for found in components for name in (found.component.name, found.identity)}
    for name in examples:
        if name not in known:
            hint = did_you_mean(name, known, otherwise="its components")
            message = f"examples: expected names of components that are checked, found {name!r}; {hint}"
            raise ConfigError(message)


def listed(examples: Example | Sequence[Example]) -> Sequence[Example]:
    """Return one example as a list of one."""
    return [examples] if isinstance(examples, Mapping) else examples
