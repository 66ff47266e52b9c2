"""The plugins that are checked: found by name, distribution, module or path, and loaded as for an experiment."""

from __future__ import annotations

import importlib.util
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, TypeAlias

import tomlkit

from sightkit.errors import PluginError
from sightkit.registry.catalogue import not_loaded
from sightkit.registry.records import PluginRecord, Status
from sightkit.registry.registry import Registry, same_name
from sightkit.registry.sources import LOCAL
from sightkit.testing.limit import Limit
from sightkit.testing.watching import Watch, watching
from sightkit.toml.problems import nearest

RegistryMaker: TypeAlias = Callable[[Sequence[Path]], Registry]
"""Returns the registry that counts, with further files of the form of registry.toml."""

EXAMPLE = "sightkit_metrics"

MARK = b"hookimpl"
"""What a module that is a plugin has in its source."""


@dataclass(frozen=True)
class LoadedPlugins:
    """What is checked.

    Attributes:
        records: The plugins, all of them loaded.
        registry: The one that loaded them, among all others.
        known: What checks have found out about the modules of these plugins, for the next component of one.
    """

    records: Sequence[PluginRecord]
    registry: Registry
    known: dict[Any, Any] = field(default_factory=dict, compare=False)


def plain_registry(files: Sequence[Path]) -> Registry:
    """Return the built-in and installed plugins, and those of further files."""
    return Registry(extra=files)


def load_plugins_to_check(
    *targets: str | Path | ModuleType, registry: RegistryMaker = plain_registry, folder: Path | None = None
) -> LoadedPlugins:
    """Return plugins that are loaded, into one registry; their code is run.

    Args:
        *targets: Each the name of a plugin or of a distribution, whose plugins are meant; an importable module; or the
            path of a .py file or a package's folder. A package that has no hooks itself stands for the modules in it
            that do.
        registry: Makes the registry that they are loaded into.
        folder: What relative paths start from; by default the working directory.

    Raises:
        PluginError: there is none, one failed, or none offers anything.
    """
    words = [each.__name__ if isinstance(each, ModuleType) else str(each) for each in targets]
    opened = registry(())
    known = [each.name for each in opened.plugins]
    listed: dict[str, dict[str, str]] = {}
    for word in words:
        if not any(is_meant(each, word) for each in opened.plugins):
            listed |= code_of(word, folder or Path.cwd(), known=known)
    if listed:
        opened = with_listed(listed, registry)
    records = [each for each in opened.plugins if each.name in listed or any(is_meant(each, word) for word in words)]
    for record in records:
        if record.status is not Status.LOADED:
            raise PluginError(not_loaded(record))
    if not any(record.recipes or any(record.components.values()) for record in records):
        message = f"{', '.join(words)}: offers nothing; expected functions under @sightkit.hookimpl, such as {EXAMPLE}"
        raise PluginError(message)
    return LoadedPlugins(records, opened)


def loaded_within(limit: Limit, load: Callable[[], LoadedPlugins]) -> LoadedPlugins:
    """Return plugins that are loaded, unless importing one takes longer than a check may.

    Raises:
        PluginError: it does; or as `load_plugins_to_check` has it.
    """

    def stuck(watch: Watch) -> None:
        if limit.stuck is not None:
            limit.stuck(endless(watch, limit.seconds))

    loaded: LoadedPlugins | PluginError
    with watching(limit.seconds, stuck=stuck if limit.stuck else None) as watch:
        try:
            loaded = load()
        except PluginError as error:  # being interrupted is a failure like any other to who loads plugins
            loaded = error
    if watch.stacks:
        raise endless(watch, limit.seconds)
    if isinstance(loaded, PluginError):
        raise loaded
    return loaded


def endless(watch: Watch, seconds: float) -> PluginError:
    """Return the error about a module whose import comes to no end, with the line that it was at."""
    modules = [frame for frame in watch.stacks[0] if frame.name == "<module>" and not frame.filename.startswith("<")]
    last = (modules or watch.stacks[0])[-1]
    return PluginError(
        f"{last.filename}:{last.lineno}: no end of the import after {seconds:g} seconds; a plugin's module only "
        f"describes what it offers: do what takes time in build, or allow it more"
    )


def is_meant(record: PluginRecord, word: str) -> bool:
    """Say whether a word is the name of a plugin, of its distribution, or of its module."""
    return word in {record.name, record.code} or (record.distribution != LOCAL and same_name(record.distribution, word))


def code_of(word: str, folder: Path, *, known: Sequence[str]) -> dict[str, dict[str, str]]:
    """Return the tables ``[plugins.NAME]`` of a registry.toml that lists the code at a path or of a module.

    Raises:
        PluginError: there is no such code.
    """
    path = folder / word
    if path.suffix == ".py" or (path / "__init__.py").is_file():
        return {name_of(each): {"path": str(each)} for each in plugin_files(path.absolute())}
    if modules := modules_of(word):
        return {module.replace("_", "-").replace(".", "-"): {"module": module} for module in modules}
    if (path / "pyproject.toml").is_file():
        message = f"{word}: this is the folder of a distribution; install it (pip install -e {word}) and give its name"
        raise PluginError(message)
    meant = nearest(word, known, likeness=0.75)
    message = (
        f"{word}: no such plugin; expected the name of a plugin or of a distribution that is installed, an importable "
        "module, or the path of a .py file or of a folder with an __init__.py; one of your own is installed by "
        "pip install -e FOLDER"
    )
    raise PluginError(f'{message}; did you mean "{meant}"?' if meant else message)


def modules_of(word: str) -> list[str]:
    """Return the modules that are plugins, of a module's name: itself, or those in it; none if there is no such module.

    Raises:
        PluginError: a package that it is in cannot be imported.
    """
    if not all(part.isidentifier() for part in word.split(".")):
        return []
    try:
        spec = importlib.util.find_spec(word)
    except ModuleNotFoundError:
        return []
    except (Exception, SystemExit) as error:
        message = f"{word}: a package that it is in cannot be imported: {type(error).__name__}: {error}"
        raise PluginError(message) from error
    if spec is None:
        return []
    inside = [
        ".".join((word, *file.relative_to(root).with_suffix("").parts)).removesuffix(".__init__")
        for root in map(Path, spec.submodule_search_locations or ())
        for file in plugin_files(root)
        if file != root
    ]
    return inside or [word]


def plugin_files(path: Path) -> list[Path]:
    """Return what is the plugin at a path: itself, or the files in a package whose own module has no hooks."""
    init = path / "__init__.py"
    if not init.is_file() or MARK in init.read_bytes():
        return [path]
    return sorted(each for each in path.rglob("*.py") if MARK in each.read_bytes()) or [path]


def name_of(path: Path) -> str:
    """Return what a plugin at a path is called."""
    return re.sub(r"[^a-z0-9]+", "-", path.stem.lower()).strip("-") or "plugin"


def with_listed(listed: Mapping[str, Mapping[str, str]], registry: RegistryMaker) -> Registry:
    """Return a registry with the plugins of such tables loaded, whatever else bears their names."""
    tables = {name: {**table, "distribution": LOCAL} for name, table in listed.items()}
    with TemporaryDirectory(prefix="sightkit-") as folder:
        file = Path(folder) / "registry.toml"
        file.write_text(tomlkit.dumps({"api": 1, "plugins": tables}), encoding="utf-8")
        opened = registry((file,))
        _ = opened.plugins  # read before the file is gone
    return opened
