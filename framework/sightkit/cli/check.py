"""``sightkit check``: is this experiment valid?"""

from __future__ import annotations

import dataclasses

import typer

from sightkit.cli.console import print_json, print_text, warn
from sightkit.cli.options import (
    ExperimentArgument,
    JsonOption,
    RegistryOption,
    SetOption,
    StrictOption,
    TrustOption,
    UnsetOption,
)


def check(
    experiment: ExperimentArgument,
    *,
    assignments: SetOption = [],
    unset: UnsetOption = [],
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Check an experiment and tell everything that is wrong with it, without running it.

    Example:  sightkit check flowers.toml
    """
    from sightkit.cli.opening import open_experiment
    from sightkit.errors import SightkitError
    from sightkit.toml.problems import Problem, TomlError

    try:
        loaded = open_experiment(
            experiment, assignments=assignments, unset=unset, files=registry, trust=trust_project, strict=strict
        )
        loaded.check()
    except SightkitError as error:
        if not json:
            raise
        problems = error.problems if isinstance(error, TomlError) else [Problem(experiment, message=str(error))]
        print_json({"ok": False, "problems": [dataclasses.asdict(problem) for problem in problems]})
        raise typer.Exit(error.exit_code) from None
    for use in deprecated_uses(loaded.settings):
        warn(use)
    if json:
        print_json({"ok": True, "problems": []})
    else:
        print_text(f"{experiment}: ok")


def deprecated_uses(settings: object) -> list[str]:
    """Return a warning for each deprecated component of an experiment."""
    from sightkit.runs.manifest import uses

    return [
        f'{role}: {use.component.kind} "{use.component.name}" is deprecated; {use.component.deprecated}'
        for role, use in uses(settings)  # type: ignore[arg-type]
        if use.component.deprecated
    ]
