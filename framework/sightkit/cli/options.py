"""Arguments that several commands share, and what they are turned into."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from sightkit.api import Experiment, is_recipe_name, load
from sightkit.cli.console import warn
from sightkit.errors import ConfigError
from sightkit.registry.policy import FILE_NAME, built_in_path, user_path
from sightkit.registry.registry import Registry
from sightkit.registry.trust import TRUST_VARIABLE, Project, is_recorded, reason_for_distrust

REGISTRY_PANEL = "Plugins"


def complete_experiment(incomplete: str) -> list[str]:
    """Return the recipes and files that a word may become, for the shell."""
    recipes = [recipe.name for _, recipe in Registry().catalogue.recipes()]
    files = sorted(Path().glob(f"{incomplete}*.toml"))
    return [name for name in recipes if name.startswith(incomplete)] + [str(file) for file in files]


ExperimentArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT", help="A TOML file, or the name of a recipe.", autocompletion=complete_experiment
    ),
]
SetOption: TypeAlias = Annotated[
    list[str],
    typer.Option("--set", "-s", metavar="KEY=VALUE", help="Override a value; the value is TOML, else a bare string."),
]
UnsetOption: TypeAlias = Annotated[
    list[str], typer.Option("--unset", metavar="KEY", help="Take a value or a table out.")
]
RegistryOption: TypeAlias = Annotated[
    list[Path],
    typer.Option("--registry", metavar="FILE", help="One more registry.toml.", rich_help_panel=REGISTRY_PANEL),
]
TrustOption: TypeAlias = Annotated[
    bool,
    typer.Option(
        "--trust-project",
        envvar=TRUST_VARIABLE,
        help="Let the project's registry.toml count without having been trusted.",
        rich_help_panel=REGISTRY_PANEL,
    ),
]
StrictOption: TypeAlias = Annotated[
    bool,
    typer.Option("--strict", help="Fail if any plugin fails to load.", rich_help_panel=REGISTRY_PANEL),
]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", help="Print JSON.")]


def open_registry(folder: Path, *, files: list[Path], trust: bool, strict: bool = False) -> Registry:
    """Return the registry that counts in a folder: the user's, the project's if it is trusted, and the named files."""
    user = user_path()
    registry = Registry(
        user=user if user.is_file() else None, project=trusted_project(folder, trust=trust), extra=files
    )
    if strict:
        registry.require_sound()
    return registry


def trusted_project(folder: Path, *, trust: bool) -> Project | None:
    """Return the project in a folder if there is one that may load plugins; warn about one that may not."""
    path = folder / FILE_NAME
    if not path.is_file() or is_built_in(path):
        return None
    reason = None if trust else "it is not trusted yet"
    if trust or is_recorded(path):
        project = Project(path)
        reason = None if trust else reason_for_distrust(project)
        if reason is None:
            return project
    warn(
        f"{path} does not count: {reason}. Look at it and at the code that it names, then: "
        f"sightkit plugins trust {os.path.relpath(folder)}"
    )
    return None


def is_built_in(path: Path) -> bool:
    """Say whether a registry is the one that ships with sightkit, seen from inside a checkout."""
    try:
        return path.read_bytes() == built_in_path().read_bytes()
    except OSError:
        return False


def open_experiment(
    source: str, *, assignments: list[str], unset: list[str], files: list[Path], trust: bool, strict: bool
) -> Experiment:
    """Return the experiment that the words of a command line mean."""
    if not source:
        message = "expected a TOML file or the name of a recipe, found an empty word"
        raise ConfigError(message)
    folder = Path() if is_recipe_name(source) else Path(source).parent
    registry = open_registry(folder.absolute(), files=files, trust=trust, strict=strict)
    return load(source, registry=registry).override_words(assignments, unset)
