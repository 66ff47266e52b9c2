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
)


def show(
    experiment: ExperimentArgument,
    *,
    assignments: SetOption = [],
    unset: UnsetOption = [],
    origins: Annotated[bool, typer.Option("--origins", metavar="", help="Say behind each value who set it.")] = False,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Print an experiment as it is run: with everything it extends, all overrides and every default.

    Example:  sightkit show digits --origins
    """
    from sightkit.cli.opening import open_experiment

    loaded = open_experiment(
        experiment, assignments=assignments, unset=unset, files=registry, trust=trust_project, strict=False
    )
    from sightkit.experiment.text import toml_text, written

    values = written(loaded.settings)
    if json:
        print_json(values)
        return
    # As bytes, because TOML is UTF-8 whatever the terminal speaks.
    text = toml_text(values, origins=loaded.tree if origins else None)
    typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
