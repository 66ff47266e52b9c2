"""Preparing the images of an experiment while somebody watches."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.cli.console import print_table
from sightkit.cli.progress import TerminalDisplay
from sightkit.cli.signals import Interruption

if TYPE_CHECKING:
    from sightkit.api import Experiment
    from sightkit.images import PreparedData


@contextmanager
def watched() -> Iterator[TerminalDisplay]:
    """Show how work goes on, let SIGTERM end it in an orderly way, and keep what plugins print from standard output."""
    with redirect_stdout(sys.stderr), TerminalDisplay() as display, Interruption():
        yield display


def prepared(experiment: Experiment, *, cache_dir: Path | None) -> PreparedData:
    """Return the images of an experiment, read, checked and divided."""
    with watched() as display:
        return experiment.prepare(cache_dir=cache_dir, display=display)


def print_findings(data: PreparedData) -> None:
    """Print a table of everything that is odd about the images."""
    from sightkit.images.findings.finding import table_rows

    if data.findings:
        print_table(["finding", "cases", "for example", "what to do"], table_rows(data.findings))
