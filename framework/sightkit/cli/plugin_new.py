"""``sightkit plugins new``: a new plugin distribution, written from templates."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sightkit.cli.console import print_text
from sightkit.cli.options import RegistryOption, TrustOption

KINDS_HELP = (
    "The kinds that it offers a component of: dataset, augmentation, architecture, optimizer, schedule, loss, metric, "
    "report, extension."
)


def new_plugin(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is called: lower-case words with - between.")],
    kinds: Annotated[list[str], typer.Option("--kinds", metavar="KIND,...", help=KINDS_HELP)] = [
        "dataset,architecture"
    ],
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FOLDER", help="The folder that it becomes; by default NAME."),
    ] = None,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
) -> None:
    """Write a new plugin as a distribution that works: components, tests, an experiment.

    Example:  sightkit plugins new acme-vision --kinds dataset,metric
    """
    import shlex

    from sightkit.cli.opening import kind_named, open_registry
    from sightkit.component import KINDS
    from sightkit.errors import ConfigError
    from sightkit.scaffold.names import check_name
    from sightkit.scaffold.write import write_plugin

    wanted = [kind_named(word.strip()) for word in ",".join(kinds).split(",") if word.strip()]
    if not wanted:
        message = (
            f"--kinds: expected kinds of components, separated by commas; found none; there are {', '.join(KINDS)}"
        )
        raise ConfigError(message)
    opened = open_registry(Path.cwd(), files=registry, trust=trust_project)
    check_name(name, plugins={record.name for record in opened.plugins})
    folder = output or Path(name)
    print_text("\n".join(str(path) for path in write_plugin(name, kinds=wanted, folder=folder)))
    steps = [
        f"pip install -e {shlex.quote(f'{folder}[dev]')}",
        f"sightkit plugins show {name}",
        f"sightkit run {shlex.quote(str(folder / f'{name}.toml'))}",
        f"pytest {shlex.quote(str(folder))}",
    ]
    print_text("\n".join(["", "It works as it is; changes to it count at once:", *(f"  {step}" for step in steps)]))
