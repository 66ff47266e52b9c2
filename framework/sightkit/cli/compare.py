"""``sightkit compare``: scores of several runs on the same images, and which differences are more than chance."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightkit.cli.options import JsonOption, RegistryOption, RunsOption, SetOption, StrictOption, TrustOption

if TYPE_CHECKING:
    from sightkit.runs.comparing.result import Comparison, Difference

MOST_SETTINGS, MOST_PAIRS = 12, 30
"""Of more, the rest is in the JSON and in the CSV."""

TESTS = {"mcnemar-exact": "McNemar, exact", "mcnemar": "McNemar", "bootstrap": "paired bootstrap"}


def compare(
    runs: Annotated[
        list[str],
        typer.Argument(
            metavar="RUN RUN...",
            help="Folders of runs, or names of experiments, which mean their newest runs that have finished.",
        ),
    ],
    *,
    split: Annotated[
        str | None,
        typer.Option(
            metavar="NAME",
            help="Which images: test, validation or train, or the name of an evaluation of other data; by default the "
            "first of these splits that there is.",
            show_default=False,
        ),
    ] = None,
    assignments: SetOption = [],
    output: Annotated[
        Path, typer.Option("--output", "-o", metavar="FOLDER", help="Where the pictures and the table go.")
    ] = Path("comparison"),
    runs_dir: RunsOption = Path("runs"),
    json: JsonOption = False,
    csv: Annotated[bool, typer.Option("--csv", metavar="", help="Print CSV.")] = False,
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
    from sightkit.cli.console import print_json
    from sightkit.cli.finding import finished_run
    from sightkit.cli.preparing import watched
    from sightkit.cli.resume import registry_of
    from sightkit.config.overrides import parse_overrides
    from sightkit.errors import ConfigError
    from sightkit.runs.comparing.compare import compare_runs
    from sightkit.runs.comparing.write import csv_text
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
        print_json({**comparison.document(), "files": [str(file.absolute()) for file in files]})
    elif csv:
        sys.stdout.write(csv_text(comparison))
    else:
        show(comparison, files)


def show(comparison: Comparison, files: list[Path]) -> None:
    """Print scores, differences, and where everything is."""
    from sightkit.cli.console import print_table, print_text, warn
    from sightkit.cli.summary import short

    print_text(f"{comparison.split}: {comparison.images:,} images\n")
    print_table(["metric", "run", "score", "95 % interval"], score_rows(comparison))
    several = len(comparison.runs) > 2
    head = ["metric", "difference", "value", "95 % interval", "p", *(["p, Holm"] if several else []), "test"]
    rows = [difference_row(each, several=several) for each in comparison.differences[:MOST_PAIRS]]
    print_text("")
    print_table(head, rows)
    if left := len(comparison.differences) - len(rows):
        print_text(f"and {left:,} more in {short(files[-1])}")
    show_settings(comparison)
    for note in comparison.notes:
        warn(note)
    print_text("\n" + "\n".join(f"{'table' if file.suffix == '.csv' else 'picture':9}{short(file)}" for file in files))


def show_settings(comparison: Comparison) -> None:
    """Print what differs between the experiments."""
    from sightkit.cli.console import print_table, print_text
    from sightkit.toml.shown import shown

    if not comparison.settings:
        return
    rows = [
        [key, *("" if value is None else shown(value) for value in values)]
        for key, values in comparison.settings.items()
    ]
    print_text("")
    print_table(["setting", *(run.name for run in comparison.runs)], rows[:MOST_SETTINGS])
    if len(rows) > MOST_SETTINGS:
        print_text(f"and {len(rows) - MOST_SETTINGS:,} more; --json has all")


def score_rows(comparison: Comparison) -> list[list[str]]:
    """Return the rows of the table of scores; a metric is named in its first row."""
    from sightkit.evaluation.text import number

    rows = []
    for metric in comparison.metrics:
        for index, run in enumerate(comparison.runs):
            score = run.scores[metric]
            low, high = score.interval or (math.nan, math.nan)
            name = "" if index else metric
            rows.append([name, run.name, number(score.value), span(low, high, number)])
    return rows


def difference_row(difference: Difference, *, several: bool) -> list[str]:
    """Return a row of the table of differences."""
    low, high = difference.interval
    return [
        difference.metric,
        f"{difference.second} - {difference.first}",
        signed(difference.value),
        span(low, high, signed),
        probability(difference.p_value),
        *([probability(difference.adjusted_p_value)] if several else []),
        TESTS[difference.test] if difference.test else "none",
    ]


def span(low: float, high: float, text: Callable[[float], str]) -> str:
    """Return an interval as text; there may be none."""
    return "none" if math.isnan(low) else f"{text(low)} to {text(high)}"


def signed(value: float) -> str:
    """Return a difference as text; it may be undefined."""
    return "undefined" if math.isnan(value) else f"{value:+.4f}"


def probability(value: float) -> str:
    """Return a p-value as text; there may be none."""
    return "none" if math.isnan(value) else "< 0.001" if value < 0.001 else f"{value:.3f}"
