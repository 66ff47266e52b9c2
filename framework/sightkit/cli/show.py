"""``sightkit show``: what an experiment means, complete with defaults."""

from __future__ import annotations

from typing import Annotated

import typer

from sightkit.cli.console import print_json
from sightkit.cli.options import (
    ExperimentArgument,
    JsonOption,
    RegistryOption,
    SetOption,
    TrustOption,
    UnsetOption,
    open_experiment,
)


def show(
    experiment: ExperimentArgument,
    *,
    assignments: SetOption = [],
    unset: UnsetOption = [],
    origins: Annotated[bool, typer.Option("--origins", help="Say behind each value who set it.")] = False,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Print an experiment as it is run: with everything it extends, all overrides and every default.

    Example:  sightkit show digits --origins
    """
    loaded = open_experiment(
        experiment, assignments=assignments, unset=unset, files=registry, trust=trust_project, strict=False
    )
    if json:
        print_json(loaded.settings.model_dump(mode="json", by_alias=True, exclude_none=True))
        return
    from sightkit.experiment.text import toml_text

    typer.echo(toml_text(loaded.settings, origins=loaded.tree if origins else None), nl=False)
