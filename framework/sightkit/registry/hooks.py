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
MARK = f"{hookspecs.PROJECT}_impl"
"""The attribute that pluggy's marker leaves on a function."""
HOOKABLE = (FunctionType, MethodType, staticmethod, classmethod)
"""What pluggy accepts as a hook."""

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
    for name, function in members_of(plugin):
        options = marks_of(function)
        if options is not None:
            yield from marked_problems(name, options, expected, elsewhere)
            if manager.parse_hookimpl_opts(plugin, name) is None:
                yield f"{name} is a {type(function).__name__}, which pluggy passes over; expected a plain function"
        elif name.startswith(PREFIX) and inspect.isroutine(function) and belongs_to(plugin, function):
            yield from unmarked_problem(name, expected)


def members_of(plugin: object) -> list[tuple[str, object]]:
    """Return what a plugin holds, by name, without running any of it.

    A property, or a module that is loaded when it is asked for, stays asleep.
    """
    if type(plugin) is ModuleType:
        return list(vars(plugin).items())
    return [(name, inspect.getattr_static(plugin, name, None)) for name in dir(plugin)]


def hooks_of(plugin: object) -> object:
    """Return what pluggy is to look for hooks in: of a module, which holds many other things, its hooks alone.

    Args:
        plugin: One whose hooks have no problems.
    """
    if type(plugin) is not ModuleType:
        return plugin
    hooks = ModuleType(plugin.__name__)
    vars(hooks).update(
        {name: each for name, each in vars(plugin).items() if isinstance(each, HOOKABLE) and marks_of(each) is not None}
    )
    return hooks


def marks_of(member: object) -> dict[str, Any] | None:
    """Return what `hookimpl` noted on a function, or on the one inside a method."""
    if isinstance(member, (staticmethod, classmethod, MethodType)):
        return noted(member) or marks_of(member.__func__)
    return noted(member)


def noted(member: object) -> dict[str, Any] | None:
    """Return what `hookimpl` noted on an object itself, without running any code of the plugin's."""
    if type(member).__dictoffset__ == 0 or type(member) is ModuleType:
        return None  # nothing can be noted on it, or never is
    if isinstance(member, (FunctionType, type)):
        options = vars(member).get(MARK)
    else:
        options = inspect.getattr_static(member, MARK, None)  # slow, and needed for few
    return options if isinstance(options, dict) else None


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
