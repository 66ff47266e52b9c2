"""A run on the command line: somebody watches it, signals stop it, its end is told."""

from __future__ import annotations

import sys
from contextlib import redirect_stdout
from typing import TYPE_CHECKING, Any, Protocol

from sightkit.cli.console import print_json
from sightkit.cli.progress import TerminalDisplay
from sightkit.cli.signals import Interruption, Terminated
from sightkit.cli.summary import summarise
from sightkit.errors import InterruptedRunError, SightkitError

if TYPE_CHECKING:
    from sightkit.runs.course.stop import Stop
    from sightkit.runs.display import Display
    from sightkit.runs.record.run import Run


class Beginning(Protocol):
    """What starts a run, or goes on with one, and returns it when it has finished."""

    def __call__(self, *, display: Display, stop: Stop) -> Run:
        """Return the run."""


def carry_out(begin: Beginning, *, json: bool) -> None:
    """Carry out a run and print its scores, or one JSON object whatever becomes of it.

    Raises:
        SightkitError: what went wrong, or that a signal stopped it; this one has the exit code of the signal.
        KeyboardInterrupt: SIGINT ended it where it stood.
        Terminated: SIGTERM did.
    """
    display = TerminalDisplay()
    stop = Interruption()
    try:
        # What a plugin prints is not what a script has asked for.
        with redirect_stdout(sys.stderr), display, stop:
            done = begin(display=display, stop=stop)
    except (SightkitError, KeyboardInterrupt, Terminated) as error:
        if isinstance(error, InterruptedRunError):
            error.exit_code = stop.exit_code
        if json:
            print_json(failure(display, error))
        raise
    if json:
        told = {"run": str(done.path), "state": done.state, "scores": done.scores}
        print_json(told | {"findings": [finding["summary"] for finding in done.findings]})
    elif not display.follows:
        summarise(done, display.texts)


def failure(display: TerminalDisplay, error: BaseException) -> dict[str, Any]:
    """Return what a script is told of a run that did not finish."""
    stopped = isinstance(error, InterruptedRunError) or not isinstance(error, Exception)
    return {
        "run": display.folder,
        "state": "interrupted" if stopped else "failed",
        "error": str(error) or "interrupted",
        "scores": {},
    }
