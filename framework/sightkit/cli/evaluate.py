"""``sightkit evaluate``: the scores of a finished run computed again, or its model judged on other data."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, TypeAlias

import typer

from sightkit.cli.options import (
    CacheOption,
    JsonOption,
    RegistryOption,
    RunArgument,
    RunsOption,
    SetOption,
    StrictOption,
    TrustOption,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sightkit.runs.evaluating.result import Evaluation

SplitOption: TypeAlias = Annotated[
    str | None,
    typer.Option(
        metavar="NAME",
        help="Which images: test, validation or train; by default the first of these that there is. Of other data: "
        "those that it puts into this split itself, by default all.",
        show_default=False,
    ),
]
DataOption: TypeAlias = Annotated[
    Path | None,
    typer.Option(
        metavar="OTHER",
        help="Judge the model on other images: a folder with a folder for each class, or a TOML file with a table "
        "[dataset].",
    ),
]
NameOption: TypeAlias = Annotated[
    str | None,
    typer.Option(metavar="NAME", help="What the evaluation of other data is called; by default like the data."),
]
SkipUnknownOption: TypeAlias = Annotated[
    bool, typer.Option("--skip-unknown", metavar="", help="Leave out images of classes that the run doesn't know.")
]
SkipBadOption: TypeAlias = Annotated[
    bool, typer.Option("--skip-bad", metavar="", help="Leave out images that can't be decoded.")
]
ReportsOption: TypeAlias = Annotated[
    bool,
    typer.Option("--reports", metavar="", help="Write the run's reports on other data, too, such as report.html."),
]


def evaluate(
    run: RunArgument,
    *,
    split: SplitOption = None,
    data: DataOption = None,
    name: NameOption = None,
    skip_unknown: SkipUnknownOption = False,
    skip_bad: SkipBadOption = False,
    reports: ReportsOption = False,
    assignments: SetOption = [],
    runs_dir: RunsOption = Path("runs"),
    cache_dir: CacheOption = None,
    json: JsonOption = False,
    registry: RegistryOption = [],
    trust_project: TrustOption = False,
    strict: StrictOption = False,
) -> None:
    """Judge a finished run again: from its stored predictions, without its model, or on other data.

    Brings scores.json up to date. Other metrics than the run's, as -s 'metrics=[{use = "f1", average = "micro"}]', are
    only printed. What is found on other data goes into evaluations/NAME in the run's folder, with --reports its
    pictures and report.html, too; its predictions are used again the next time.

    Example:  sightkit evaluate runs/flowers/20260727-101500-3fa9c1 --data more-flowers
    """
    from sightkit.cli.console import print_json
    from sightkit.cli.preparing import watched
    from sightkit.cli.resume import registry_of
    from sightkit.config.overrides import parse_overrides
    from sightkit.runs.data.cache import cache_folder
    from sightkit.runs.evaluating.evaluate import evaluate as judge_again
    from sightkit.runs.record.named import finished_run
    from sightkit.toml.problems import Problem

    found = finished_run(run, runs_dir)
    opened = registry_of(found, files=registry, trust=trust_project, strict=strict)
    problems: list[Problem] = []
    with watched() as display:
        evaluation = judge_again(
            found,
            split=split,
            data=data,
            name=name,
            skip_unknown=skip_unknown,
            skip_bad=skip_bad,
            reports=reports,
            overrides=parse_overrides(assignments, (), problems),
            problems=problems,
            registry=opened,
            cache=cache_folder(cache_dir),
            display=display,
        )
    if json:
        print_json(document(evaluation))
    else:
        show(evaluation, display.texts)


def document(evaluation: Evaluation) -> dict[str, Any]:
    """Return what a script is told."""
    return {
        "run": str(evaluation.run),
        "name": evaluation.name,
        "images": len(evaluation.predictions.ids),
        "scores": {evaluation.name: evaluation.document()},
        "notes": list(evaluation.notes),
        "files": [str(file) for file in evaluation.files],
        "reports": [str(file) for file in evaluation.reports],
    }


def show(evaluation: Evaluation, texts: Sequence[str]) -> None:
    """Print the scores, what has to be known of the data, what its reports have to say, and where everything is."""
    from sightkit.cli.console import print_text, warn
    from sightkit.cli.summary import print_scores, report_rows
    from sightkit.paths import short

    print_scores(evaluation.name, evaluation.document())
    for note in evaluation.notes:
        warn(note)
    for text in texts:
        print_text(f"\n{text.rstrip()}")
    images = len(evaluation.predictions.ids)
    rows = [["images", f"{images:,}"], *(["file", short(file)] for file in evaluation.files)]
    rows += report_rows(evaluation.reports)
    print_text("\n" + "\n".join(f"{what:9}{value}" for what, value in rows))
