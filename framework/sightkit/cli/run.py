"""``sightkit run``: train, judge and report."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.options import CacheOption, JsonOption, RunsOption

if TYPE_CHECKING:
    from sightkit.runs.course.stop import Stop
    from sightkit.runs.display import Display
    from sightkit.runs.record.run import Run


@takes_experiment
def run(
    chosen: Chosen,
    *,
    resume: Annotated[
        bool,
        typer.Option("--resume", metavar="", help="Go on with the newest run of it that has not finished, if any."),
    ] = False,
    runs_dir: RunsOption = Path("runs"),
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Run an experiment: prepare its images, train, judge on the test split, write reports.

    Ends with a table of scores and the paths of what it wrote, or with one JSON object (--json). Ctrl-C lets the
    training write a checkpoint, from which `sightkit resume` goes on; pressed again, it ends the run at once.

    Example:  sightkit run flowers.toml -s optimizer.learning_rate=3e-4
    """
    from sightkit.cli.carrying import carry_out

    def begin(*, display: Display, stop: Stop) -> Run:
        return chosen.open().run(
            runs_dir=runs_dir, cache_dir=cache_dir, resume=resume, stop=stop, display=display, argv=sys.argv
        )

    carry_out(begin, json=json)
