"""What hooks are checked for before they are called; pluggy lets some of these mistakes pass."""

from __future__ import annotations

import inspect
from collections.abc import Iterator
from types import FunctionType
from typing import Any

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
    home = getattr(plugin, "__name__", None)
    for name in dir(plugin):
        function = inspect.getattr_static(plugin, name)
        options = getattr(function, f"{PREFIX}impl", None)
        if options is None:
            unmarked = name.startswith(PREFIX) and inspect.isroutine(function)
            if unmarked and (home is None or getattr(function, "__module__", None) == home):
                yield from unmarked_problem(name, expected)
        else:
            yield from marked_problems(name, options, expected, elsewhere)


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
