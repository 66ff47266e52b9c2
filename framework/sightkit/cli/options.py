"""Arguments that several commands share; `sightkit.cli.opening` is what they are turned into."""

from __future__ import annotations

import glob
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

REGISTRY_PANEL = "Plugins"
TRUST_VARIABLE = "SIGHTKIT_TRUST_PROJECT"


def complete_experiment(incomplete: str) -> list[str]:
    """Return the recipes and files that a word may become, for the shell."""
    from sightkit.registry.registry import Registry

    recipes = [recipe.name for _, recipe in Registry().catalogue.recipes()]
    # Not pathlib's: it refuses absolute paths, and takes "./" away from what was typed.
    files = sorted(glob.glob(f"{glob.escape(incomplete)}*.toml"))  # noqa: PTH207
    return [name for name in recipes if name.startswith(incomplete)] + files


ExperimentArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="EXPERIMENT", help="A TOML file, or the name of a recipe.", autocompletion=complete_experiment
    ),
]
RunArgument: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="RUN",
        help="The folder of a run, or the name of an experiment, which means its newest run that has finished.",
    ),
]
IMAGES = "IMAGE|FOLDER|GLOB..."
IMAGES_HELP = "Images; folders, for the images anywhere below them; patterns such as 'photos/**/*.jpg'."
TopOption: TypeAlias = Annotated[int, typer.Option(metavar="N", min=1, help="How many classes of each image are told.")]
PicturesOption: TypeAlias = Annotated[
    Path | None,
    typer.Option("--output", "-o", metavar="FOLDER", help="Where the PNGs go; by default NAME-explained."),
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
        metavar="",
        envvar=TRUST_VARIABLE,
        help="Let the project's registry.toml count without having been trusted.",
        rich_help_panel=REGISTRY_PANEL,
    ),
]
StrictOption: TypeAlias = Annotated[
    bool,
    typer.Option("--strict", metavar="", help="Fail if any plugin fails to load.", rich_help_panel=REGISTRY_PANEL),
]
RunsOption: TypeAlias = Annotated[
    Path, typer.Option("--runs-dir", envvar="SIGHTKIT_RUNS_DIR", metavar="FOLDER", help="Where runs go.")
]
CacheOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        "--cache-dir",
        envvar="SIGHTKIT_CACHE_DIR",
        metavar="FOLDER",
        help="Where prepared images are kept; by default the user's folder for such things.",
        show_default=False,
    ),
]
CsvOption: TypeAlias = Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")]
JsonOption: TypeAlias = Annotated[bool, typer.Option("--json", metavar="", help="Print JSON.")]
