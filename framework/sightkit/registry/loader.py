"""Loading one plugin: import it, check its hooks and collect what it offers, all in a scratch manager.

Whatever goes wrong stays with the plugin that did it. Nothing it offers is seen by anybody before all of it is checked.
"""

from __future__ import annotations

import sys
import time
import traceback
from collections.abc import Iterable
from typing import Any

import pluggy

from sightkit import hookspecs
from sightkit.component import KINDS, Component, Recipe, collecting_hook
from sightkit.errors import PluginError
from sightkit.registry.hooks import COLLECTING, RUN, hook_problems, hooks_of
from sightkit.registry.place import place_of
from sightkit.registry.records import PluginRecord, Status
from sightkit.registry.sources import Source

HEAVY = ("tensorflow", "keras", "torch", "jax", "sklearn", "matplotlib", "scipy", "numpy", "PIL", "pandas")
"""Libraries that a plugin should import inside ``build``, not when it is loaded."""


def scratch_manager() -> pluggy.PluginManager:
    """Return a manager that knows the hooks and no plugin."""
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    return manager


def load_plugin(source: Source, *, layer: str, scratch: pluggy.PluginManager | None = None) -> PluginRecord:
    """Load a plugin and return its record, loaded or failed; never raises for what the plugin does.

    Args:
        source: Where it is.
        layer: Who decided that it loads.
        scratch: A manager without plugins, which is left without them; making one takes longer than most plugins do.
    """
    about: dict[str, Any] = {
        "name": source.plugin,
        "layer": layer,
        "origin": source.origin,
        "distribution": source.distribution,
        "version": source.version,
        "code": source.code,
    }
    loaded_before = {name for name in HEAVY if name in sys.modules}
    start = time.perf_counter()
    try:
        plugin = source.load()
        seconds = time.perf_counter() - start
        components, recipes = collect(plugin, source.plugin, scratch or scratch_manager())
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a plugin may raise anything, and quit
        return PluginRecord(
            **about,
            status=Status.FAILED,
            reason=cause(error),
            traceback="" if isinstance(error, PluginError) else "".join(traceback.format_exception(error)),
        )
    heavy = [name for name in HEAVY if name in sys.modules and name not in loaded_before]
    notes = [f"imports {', '.join(heavy)} when it is loaded; move the import into build"] if heavy else []
    if not recipes and not any(components.values()):
        notes.append("offers nothing")
    return PluginRecord(
        **about,
        status=Status.LOADED,
        notes=tuple(notes),
        seconds=seconds,
        components=components,
        recipes=recipes,
    )


def cause(error: BaseException) -> str:
    """Return one line that says why a plugin failed."""
    if isinstance(error, PluginError):
        return str(error)
    if isinstance(error, SystemExit):
        return f"it called sys.exit({error.code!r})"
    try:
        told = " ".join(str(error).split())
    except Exception:  # a message may be as broken as the rest
        told = "its message cannot be told"
    place = "" if isinstance(error, SyntaxError) else place_of(error)  # a syntax error tells its own
    return f"{type(error).__name__}{told and f': {told}'}{place and f' ({place})'}"


def collect(
    plugin: object, name: str, scratch: pluggy.PluginManager
) -> tuple[dict[str, list[Component[Any]]], list[Recipe]]:
    """Check a plugin's hooks, register it in a scratch manager for the time being and collect what it offers.

    Raises:
        PluginError: it breaks the contract.
    """
    if problems := list(hook_problems(plugin, expected=COLLECTING, elsewhere=RUN)):
        raise PluginError("; ".join(problems))
    hooks = hooks_of(plugin)
    scratch.register(hooks, name)
    try:
        components = {kind.kind: offered(scratch, collecting_hook(kind), kind) for kind in KINDS.values()}
        recipes = offered(scratch, "sightkit_recipes", Recipe)
    finally:
        scratch.unregister(hooks)
    for recipe in recipes:
        if not recipe.path.is_file():
            message = f"recipe {recipe.name!r}: {recipe.path} is not a file"
            raise PluginError(message)
    return components, recipes


def offered(scratch: pluggy.PluginManager, hook: str, expected: type[Any]) -> list[Any]:
    """Call one collecting hook and return what it offers, of the expected type and without two of one name.

    Raises:
        PluginError: it returned something else.
    """
    caller = getattr(scratch.hook, hook)
    results = caller()
    if len(results) < len(caller.get_hookimpls()):
        message = f"{hook} returned None; expected a list of {expected.__name__}"
        raise PluginError(message)
    items: list[Any] = []
    for result in results:
        if not isinstance(result, Iterable):
            message = f"{hook} returned one {type(result).__name__}; expected a list of {expected.__name__}"
            raise PluginError(message)
        items.extend(result)
    names: set[str] = set()
    for item in items:
        if not isinstance(item, expected):
            message = f"{hook} offered a {type(item).__name__}; expected a sightkit.{expected.__name__}"
            raise PluginError(message)
        if item.name in names:
            message = f"{hook} offered two components named {item.name!r}; expected different names"
            raise PluginError(message)
        names.add(item.name)
    return items
