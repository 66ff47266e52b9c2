"""``sightkit schema``: the JSON Schema of experiments, for editors."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated

import typer

from sightkit.cli.options import RegistryOption, TrustOption


def schema(
    output: Annotated[
        Path | None, typer.Option("--output", "-o", metavar="FILE", help="Write it here instead of printing it.")
    ] = None,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Print a JSON Schema of experiments, made from the plugins that are enabled.

    An editor's TOML language server (tombi, taplo) then completes keys and underlines mistakes. Name it in the first
    line of an experiment:  #:schema ./sightkit.schema.json

    Example:  sightkit schema -o sightkit.schema.json
    """
    from sightkit.cli.opening import open_registry
    from sightkit.experiment.schema import experiment_schema

    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    text = json.dumps(experiment_schema(opened.catalogue), indent=1, ensure_ascii=False)
    if output is None:
        typer.echo(text)
        return
    from sightkit.files import write_text

    write_text(output, f"{text}\n")
