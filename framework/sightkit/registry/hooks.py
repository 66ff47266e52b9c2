"""What hooks are checked for before they are called; pluggy lets some of these mistakes pass."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType, MethodType, ModuleType
from typing import Any

import pluggy

from sightkit import hookspecs
from sightkit.component import KINDS, collecting_hook
from sightkit.toml.problems import did_you_mean

PREFIX = f"{hookspecs.PROJECT}_"
COLLECTING = (*(collecting_hook(kind) for kind in KINDS.values()), "sightkit_recipes")
RUN = tuple(
    name
    for name, function in vars(hookspecs).items()
    if name.startswith(PREFIX) and isinstance(function, FunctionType) and name not in COLLECTING
)


def hook_problems(plugin: object, *, expected: tuple[str, ...], elsewhere: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with the hooks of a plugin, or of an object that an extension built.

    Args:
        plugin: A module, or an object.
        expected: The hooks that belong in it.
        elsewhere: The hooks that exist but belong in the other sort of object.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    for name in dir(plugin):
        # Looked up without running anything: a property, or a module that is loaded when it is asked for, stays asleep.
        function = inspect.getattr_static(plugin, name, None)
        options = marks_of(function)
        if options is not None:
            yield from marked_problems(name, options, expected, elsewhere)
            if manager.parse_hookimpl_opts(plugin, name) is None:
                yield f"{name} is a {type(function).__name__}, which pluggy passes over; expected a plain function"
        elif name.startswith(PREFIX) and inspect.isroutine(function) and belongs_to(plugin, function):
            yield from unmarked_problem(name, expected)


def marks_of(function: object) -> dict[str, Any] | None:
    """Return what `hookimpl` noted on a function, or on the one inside a method."""
    options = inspect.getattr_static(function, f"{PREFIX}impl", None)
    if isinstance(options, dict):
        return options
    return marks_of(function.__func__) if isinstance(function, (staticmethod, classmethod, MethodType)) else None


def belongs_to(plugin: object, function: object) -> bool:
    """Say whether a function is a plugin's own, rather than one that its module imported from somewhere else."""
    home = getattr(function, "__module__", None) or ""
    return not isinstance(plugin, ModuleType) or f"{home}.".startswith(f"{plugin.__name__}.")


def unmarked_problem(name: str, expected: tuple[str, ...]) -> Iterator[str]:
    """Yield what is wrong with a function that has a hook's prefix and no mark."""
    hint = "" if name in expected else f" ({did_you_mean(name, expected, otherwise='hooks')})"
    yield f"{name} is not marked as a hook{hint}: put @sightkit.hookimpl above it, or rename it"


def marked_problems(
    name: str, options: dict[str, Any], expected: tuple[str, ...], elsewhere: tuple[str, ...]
) -> Iterator[str]:
    """Yield what is wrong with a function that is marked as a hook."""
    hook = options.get("specname") or name
    if hook in elsewhere:
        place = (
            "a method of the object that an extension builds" if hook in RUN else "a function of the plugin's module"
        )
        yield f"{hook} belongs elsewhere: it is {place}"
    elif hook not in expected:
        yield f"there is no hook {hook}; {did_you_mean(hook, expected, otherwise='hooks')}"
    if options.get("wrapper") or options.get("hookwrapper"):
        yield f"{hook} is marked as a wrapper; a plugin adds to what others offer and never replaces it"
