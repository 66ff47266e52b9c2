"""``sightkit run``: train, judge and report."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sightkit.cli.chosen import Chosen, takes_experiment
from sightkit.cli.console import print_json
from sightkit.cli.options import CacheOption, JsonOption
from sightkit.cli.signals import Terminated, heed_termination
from sightkit.errors import SightkitError

if TYPE_CHECKING:
    from sightkit.cli.progress import TerminalDisplay


@takes_experiment
def run(
    chosen: Chosen,
    *,
    runs_dir: Annotated[
        Path,
        typer.Option("--runs-dir", envvar="SIGHTKIT_RUNS_DIR", metavar="FOLDER", help="Where runs go."),
    ] = Path("runs"),
    cache_dir: CacheOption = None,
    json: JsonOption = False,
) -> None:
    """Run an experiment: prepare its images, train, judge on the test split, write reports.

    Ends with a table of scores and the paths of what it wrote, or with one JSON object (--json).

    Example:  sightkit run flowers.toml -s optimizer.learning_rate=3e-4
    """
    from sightkit.cli.progress import TerminalDisplay

    heed_termination()
    display = TerminalDisplay()
    try:
        loaded = chosen.open()
        with redirect_stdout(sys.stderr), display:  # what a plugin prints is not what a script has asked for
            done = loaded.run(runs_dir=runs_dir, cache_dir=cache_dir, display=display, argv=sys.argv)
    except (SightkitError, KeyboardInterrupt, Terminated) as error:
        if json:
            print_json(failure(display, error))
        raise
    if json:
        told = {"run": str(done.path.absolute()), "state": done.state, "scores": done.scores}
        print_json(told | {"findings": [finding["summary"] for finding in done.findings]})
    else:
        display.summarise(done)


def failure(display: TerminalDisplay, error: BaseException) -> dict[str, Any]:
    """Return what a script is told of a run that did not finish."""
    state = "failed" if isinstance(error, Exception) else "interrupted"
    folder = None if display.folder is None else str(Path(display.folder).absolute())
    return {"run": folder, "state": state, "error": str(error) or "interrupted", "scores": {}}
