"""What the words of a command line are turned into: the registry that counts, the experiment, the kind of component.

The commands import this when they run: what it needs takes longer than all of ``sightkit --help``.
"""

from __future__ import annotations

import filecmp
import os
import shlex
import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.cli.console import warn
from sightkit.cli.process import collect_garbage
from sightkit.component import KINDS, Component
from sightkit.errors import ConfigError
from sightkit.registry.policy import FILE_NAME, built_in_path, user_path
from sightkit.registry.registry import Registry
from sightkit.registry.trust import Project, open_trusted
from sightkit.toml.problems import did_you_mean

if TYPE_CHECKING:
    from sightkit.api import Experiment


def open_registry(folder: Path, *, files: list[Path], trust: bool, strict: bool = False) -> Registry:
    """Return the registry that counts in a folder: the user's, the project's if it is trusted, and the named files."""
    user = user_path()
    registry = Registry(
        user=user if user.is_file() else None, project=trusted_project(folder, trust=trust), extra=files
    )
    with redirect_stdout(sys.stderr):  # what a plugin prints is not what a script has asked for
        _ = registry.plugins
    collect_garbage()
    if strict:
        registry.require_sound()
    return registry


def trusted_project(folder: Path, *, trust: bool) -> Project | None:
    """Return the project in a folder if there is one that may load plugins; warn about one that may not."""
    path = folder / FILE_NAME
    if not os.path.isfile(path) or is_built_in(path):  # noqa: PTH113 - Path.is_file fails on a name that is too long
        return None
    project = Project(path) if trust else open_trusted(path)
    if isinstance(project, Project):
        return project
    warn(
        f"{path} does not count: {project}. Look at it and at the code that it names, then: "
        f"sightkit plugins trust {shlex.quote(os.path.relpath(folder))}"
    )
    return None


def is_built_in(path: Path) -> bool:
    """Say whether a registry is the one that ships with sightkit, seen from inside a checkout."""
    try:
        return filecmp.cmp(path, built_in_path(), shallow=False)
    except OSError:
        return False


def open_experiment(
    source: str, *, assignments: list[str], unset: list[str], files: list[Path], trust: bool, strict: bool
) -> Experiment:
    """Return the experiment that the words of a command line mean."""
    # Half of the commands have no experiment, and can do without the time that its schema takes.
    from sightkit.api.loading import load
    from sightkit.api.recipes import is_recipe_name

    if not source:
        message = "expected a TOML file or the name of a recipe, found an empty word"
        raise ConfigError(message)
    folder = Path() if is_recipe_name(source) else Path(source).parent
    registry = open_registry(folder.absolute(), files=files, trust=trust, strict=strict)
    return load(source, registry=registry).override_words(assignments, unset=unset)


def kind_named(word: str) -> type[Component[Any]]:
    """Return the kind that a word means, in the singular or the plural.

    Raises:
        ConfigError: there is no such kind.
    """
    for kind in KINDS.values():
        if word in {kind.kind, kind.plural}:
            return kind
    message = f"{word}: no such kind of component; {did_you_mean(word, KINDS, otherwise='kinds')}"
    raise ConfigError(message)
