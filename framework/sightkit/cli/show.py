"""``sightkit show``: what an experiment means, complete with defaults."""

from __future__ import annotations

from typing import Annotated

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json
from sightkit.cli.options import JsonOption


@takes_experiment
def show(
    chosen: Chosen,
    *,
    origins: Annotated[bool, typer.Option("--origins", metavar="", help="Say behind each value who set it.")] = False,
    json: JsonOption = False,
) -> None:
    """Print an experiment as it is run: with everything it extends, all overrides and every default.

    Example:  sightkit show digits --origins
    """
    loaded = chosen.open()
    from sightkit.experiment.resolve import default_uses
    from sightkit.experiment.stage_tables import with_complete_stages
    from sightkit.experiment.text import toml_text, written

    values = written(loaded.settings)
    if json:
        print_json(values)
        return
    # As bytes, because TOML is UTF-8 whatever the terminal speaks.
    text = toml_text(values, origins=with_complete_stages(loaded.tree, default_uses()) if origins else None)
    typer.echo(text.encode("utf-8", "backslashreplace"), nl=False)
