"""``sightkit check``: is this experiment valid?"""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json, print_text, warn
from sightkit.cli.options import JsonOption

if TYPE_CHECKING:
    from sightkit.experiment import ExperimentSettings


@takes_experiment
def check(
    chosen: Chosen,
    *,
    json: JsonOption = False,
) -> None:
    """Check an experiment and tell everything that is wrong with it, without running it.

    Example:  sightkit check flowers.toml
    """
    from sightkit.errors import SightkitError
    from sightkit.toml.problems import Problem, TomlError

    try:
        loaded = chosen.open()
        loaded.check()
    except SightkitError as error:
        if not json:
            raise
        problems = error.problems if isinstance(error, TomlError) else [Problem(chosen.experiment, message=str(error))]
        print_json({"ok": False, "problems": [dataclasses.asdict(problem) for problem in problems]})
        raise typer.Exit(error.exit_code) from None
    for use in deprecated_uses(loaded.settings):
        warn(use)
    if json:
        print_json({"ok": True, "problems": []})
    else:
        print_text(f"{chosen.experiment}: ok")


def deprecated_uses(settings: ExperimentSettings) -> list[str]:
    """Return a warning for each deprecated component of an experiment."""
    from sightkit.experiment.uses import uses

    return [
        f'{role}: {use.component.kind} "{use.component.name}" is deprecated; {use.component.deprecated}'
        for role, use in uses(settings)
        if use.component.deprecated
    ]
