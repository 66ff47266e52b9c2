"""Whether components keep their contracts: one of them, or all that a plugin offers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType, ModuleType
from typing import Any, TypeAlias, TypeVar

from sightkit.component import Component
from sightkit.errors import ConfigError
from sightkit.registry.registry import Registry
from sightkit.testing.checks import checks_of
from sightkit.testing.checks.recipe import CHECKS as RECIPE_CHECKS
from sightkit.testing.checks.recipe import RecipeSubject
from sightkit.testing.examination import Examination
from sightkit.testing.finding import Finding, NonconformityError, Outcome
from sightkit.testing.limit import USUAL, Limit
from sightkit.testing.plugin import LoadedPlugins, load_plugins_to_check
from sightkit.testing.subject import Shape, Subject
from sightkit.testing.watching import SECONDS
from sightkit.toml.problems import did_you_mean
from sightkit.use import PYTHON, THIS_PROCESS, Found

T = TypeVar("T")

Example: TypeAlias = Mapping[str, Any]
"""Parameters, as an experiment would write them: ``{"path": "tests/images"}``. Those left out have their defaults."""

Examples: TypeAlias = Mapping[str, Example | Sequence[Example]]
"""By the name of a component, one example of its parameters or several.

``"dim"`` is what an experiment calls it, ``"acme-vision/dim"`` that of one plugin, ``"augmentation.dim"`` that of one
kind.
"""

NOTHING: Mapping[str, Any] = MappingProxyType({})

Shapes: TypeAlias = Mapping[str, Shape]
"""By the name of an architecture or augmentation, as in `Examples`, the shape of images that it is looked at with."""


def check_component(
    component: Component[Any],
    *,
    examples: Example | Sequence[Example] = (),
    shape: Shape | None = None,
    registry: Registry | None = None,
    timeout: float = SECONDS,
) -> None:
    """Insist that a component keeps the contract of its kind.

    Args:
        component: Which.
        examples: Parameters to check it with, or several of these; by default its defaults. One that has parameters
            without a default needs an example.
        shape: ``(height, width, channels)`` of the images that an architecture or augmentation is looked at with, where
            it takes none of the usual ones.
        registry: Where components inside its parameters come from; by default the built-in and the installed plugins.
        timeout: Seconds that each check may take, 0 for as long as it wants. What comes to no end is interrupted in
            Python code of the main thread; what else goes on for ever, goes on.

    Raises:
        NonconformityError: it does not; an AssertionError that says for each check that failed what was expected, what
            was found and what to do.
    """
    found = Found(component, plugin=PYTHON, origin=THIS_PROCESS)
    examination = of_component(
        found, listed(examples), registry or Registry(), shape=shape, limit=Limit(seconds=timeout)
    )
    insist(examination.findings())


def check_plugin(
    plugin: str | Path | ModuleType,
    *,
    examples: Examples | None = None,
    shapes: Shapes | None = None,
    timeout: float = SECONDS,
) -> None:
    """Insist that everything that a plugin offers keeps its contract.

    Args:
        plugin: The name of an installed plugin or distribution, a module or its name, or the path of a .py file or of a
            package's folder. Its code is run.
        examples: Parameters to check its components with.
        shapes: Of the images that its architectures and augmentations are looked at with, where they take none of the
            usual ones.
        timeout: Seconds that each check may take, as in `check_component`.

    Raises:
        NonconformityError: a component does not.
        PluginError: there is no such plugin, or it cannot be loaded.
        ConfigError: an example or a shape is of no component of the plugin.
    """
    limit = Limit(seconds=timeout)
    all_of_it = examinations(load_plugins_to_check(plugin), examples or {}, shapes or {}, limit)
    insist(finding for examination in all_of_it for finding in examination.findings())


def insist(findings: Iterator[Finding]) -> None:
    """Raise the findings that are failures, if there are any."""
    if failures := [each for each in findings if each.outcome is Outcome.FAILED]:
        raise NonconformityError(failures)


def examinations(
    plugins: LoadedPlugins, examples: Examples = NOTHING, shapes: Shapes = NOTHING, limit: Limit = USUAL
) -> Iterator[Examination]:
    """Yield an examination of each component and each recipe that plugins offer.

    Raises:
        ConfigError: an example or a shape is of no component of theirs.
    """
    components = list(components_of(plugins))
    refuse_strangers("examples", examples, components)
    refuse_strangers("shapes", shapes, components)
    for found in components:
        example, shape = meant(found, examples), meant(found, shapes)
        values = listed(example or ())
        yield of_component(found, values, plugins.registry, shape=shape, limit=limit, known=plugins.known)
    for record in plugins.records:
        for recipe in record.recipes:
            subjects = [RecipeSubject(recipe, plugins.registry)]
            yield Examination(f"{record.name}/{recipe.name}", "recipe", RECIPE_CHECKS, subjects, limit=limit)


def of_component(
    found: Found[Any],
    examples: Sequence[Example],
    registry: Registry,
    *,
    shape: Shape | None = None,
    limit: Limit = USUAL,
    known: dict[Any, Any] | None = None,
) -> Examination:
    """Return the examination of a component with each example, or with its defaults."""
    subjects = [Subject(found, values, registry, shape=shape, known=known) for values in examples or [{}]]
    return Examination(found.identity, found.component.kind, checks_of(found.component), subjects, limit=limit)


def components_of(plugins: LoadedPlugins) -> Iterator[Found[Any]]:
    """Yield the components of plugins."""
    for record in plugins.records:
        for components in record.components.values():
            for component in components:
                yield Found(component, record.name, record.origin)


def names_of(found: Found[Any]) -> tuple[str, ...]:
    """Return what examples may call a component, from the vaguest name to the most exact."""
    component = found.component
    return component.name, f"{component.kind}.{component.name}", found.identity


def meant(found: Found[Any], given: Mapping[str, T]) -> T | None:
    """Return what is given for a component, under the most exact of its names."""
    return next((given[name] for name in reversed(names_of(found)) if name in given), None)


def refuse_strangers(what: str, given: Mapping[str, object], components: Sequence[Found[Any]]) -> None:
    """Refuse what is given for a component that there is not."""
    known = {name for found in components for name in names_of(found)}
    for name in given:
        if name not in known:
            hint = did_you_mean(name, {found.component.name for found in components}, otherwise="its components")
            message = f"{what}: expected names of components that are checked, found {name!r}; {hint}"
            raise ConfigError(message)


def listed(examples: Example | Sequence[Example]) -> Sequence[Example]:
    """Return one example as a list of one."""
    return [examples] if isinstance(examples, Mapping) else examples
