"""``sightkit compare``: scores of several runs on the same images, and which differences are more than chance."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated, TypeAlias

import typer

from sightkit.cli.options import CsvOption, JsonOption, RegistryOption, RunsOption, SetOption, StrictOption, TrustOption

RunsArgument: TypeAlias = Annotated[
    list[str],
    typer.Argument(
        metavar="RUN RUN...",
        help="Folders of runs, or names of experiments, which mean their newest runs that have finished.",
    ),
]
SplitOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Which images: test, validation or train, or the name of an evaluation of other data; by default the "
        "first of these splits that there is.",
        show_default=False,
    ),
]
OutputOption: TypeAlias = Annotated[
    Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the pictures and the table go.")
]


def compare(
    runs: RunsArgument,
    *,
    split: SplitOption = None,
    assignments: SetOption = [],
    output: OutputOption = Path("comparison"),
    runs_dir: RunsOption = Path("runs"),
    json: JsonOption = False,
    csv: CsvOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Compare finished runs on the same images, from their stored predictions.

    Prints scores and differences with 95 % intervals and p-values: McNemar's test for accuracy, a paired bootstrap for
    other metrics, Holm's correction where there are more than two runs. Writes scores.png, curves.png and
    comparison.csv. The metrics are those of the first run, or others: -s 'metrics=[{use = "f1"}]'.

    Example:  sightkit compare flowers-resnet flowers-mobilenet
    """
    from sightkit.cli.compared import tell
    from sightkit.cli.console import print_json
    from sightkit.cli.preparing import watched
    from sightkit.cli.resume import registry_of
    from sightkit.config.overrides import parse_overrides
    from sightkit.errors import ConfigError
    from sightkit.runs.comparing.compare import compare_runs
    from sightkit.runs.comparing.write import csv_text
    from sightkit.runs.record.named import finished_run
    from sightkit.toml.problems import Problem

    if json and csv:
        message = "expected --json or --csv, found both"
        raise ConfigError(message)
    found = [finished_run(word, runs_dir) for word in runs]
    opened = registry_of(found[0], files=registry, trust=trust_project, strict=strict)
    problems: list[Problem] = []
    with watched():
        comparison = compare_runs(
            found,
            split=split,
            overrides=parse_overrides(assignments, (), problems),
            problems=problems,
            registry=opened,
        )
        files = comparison.write(output)
    if json:
        print_json({**comparison.document(), "files": [str(file) for file in files]})
    elif csv:
        sys.stdout.write(csv_text(comparison))
    else:
        tell(comparison, files)
