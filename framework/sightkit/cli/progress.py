"""How a run looks in a terminal: live while it goes on, a summary at the end; quiet where nobody watches."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from sightkit.cli.console import console, print_table, print_text, printable, warn
from sightkit.cli.process import start_tensorflow
from sightkit.runs.display import Display
from sightkit.runs.folder import DATA

if TYPE_CHECKING:
    from sightkit.runs.folder import Run
    from sightkit.training.progress import Progress as TrainingProgress


class TerminalDisplay(Display):
    """A display on standard error; it shows nothing while a run goes on if that is not a terminal.

    Attributes:
        folder: The run's folder, once there is one.
    """

    def __init__(self) -> None:
        self.folder: str | None = None
        self._texts: Sequence[str] = ()
        self._console = console(stderr=True)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[numbers]}"),
            TimeRemainingColumn(),
            console=self._console,
            transient=True,
            disable=not self._console.is_terminal,
        )
        self._task: TaskID | None = None

    def __enter__(self) -> TerminalDisplay:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def preparing(self, done: int, total: int) -> None:
        """Show how many images were read."""
        speed = self._progress.tasks[0].speed if self._progress.tasks else None
        rate = f"  {speed:,.0f} images/s" if speed else ""
        self._show("reading images", done, total, f"{done:,} of {total:,}{rate}")

    def waiting(self) -> None:
        """Say that another process is at work."""
        self._show("waiting for another process that prepares these images", 0, None, "")

    def started(self, folder: str, facts: Mapping[str, str]) -> None:
        """Say what the run is about and where it goes."""
        self.folder = folder
        self._say("  ".join(f"[dim]{key}[/dim] {value}" for key, value in facts.items()))

    def building(self) -> None:
        """Start TensorFlow, which takes seconds and would greet with messages of its own."""
        self._show("building the network", 0, None, "")
        self._say("[dim]starting TensorFlow[/dim]")
        self._progress.stop()
        start_tensorflow()
        self._progress.start()

    def training(self, progress: TrainingProgress) -> None:
        """Show how far training is, with a guess of the time that is left."""
        done = (progress.epoch - 1) * progress.steps + progress.step
        numbers = f"loss {progress.loss:.4f}  {progress.images_per_second:,.0f} images/s"
        description = f"epoch {progress.epoch} of {progress.epochs}"
        self._show(description, done, progress.epochs * progress.steps, numbers)

    def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
        """Print the numbers of an epoch; a star marks the best so far."""
        if row["epoch"] == 1:
            for line in heading(row):
                self._say(f"[dim]{line}[/dim]")
        numbers = "".join(f"{row[name]:10.4f}" for names in shown(row).values() for name in names)
        self._say(f"{row['epoch']:5.0f}{numbers}{row['seconds']:10.1f}{'  *' if best else ''}")

    def judging(self, split: str) -> None:
        """Show that a split is being predicted."""
        self._show(f"judging the {split} split", 0, None, "")

    def reported(self, texts: Sequence[str]) -> None:
        """Keep what the reports have for the terminal until the end."""
        self._texts = texts

    def warn(self, message: str) -> None:
        """Print a warning, above the bar if there is one."""
        warn(message, to=self._progress.console)

    def summarise(self, run: Run) -> None:
        """Print the scores, the texts of the reports, and where everything is."""
        split = next((name for name in ("test", "validation", "train") if name in run.scores), None)
        if split == "train":
            warn("no images were set apart; these scores are of images that it was trained on")
        if split is not None:
            print_table(["metric", split, "95 % interval"], [score_row(*each) for each in run.scores[split].items()])
        for caveat in caveats(run):
            print_text(f"\nthese scores are of data in which {caveat}")
        for text in self._texts:
            print_text(f"\n{text.rstrip()}")
        print_table_of_paths(run)

    def _say(self, markup: str) -> None:
        if self._console.is_terminal:
            self._progress.print(Text.from_markup(printable(markup)))

    def _show(self, description: str, done: int, total: int | None, numbers: str) -> None:
        if self._task is None or self._progress.tasks[0].total != total:
            if self._task is not None:  # rich can't make a bar with an end into one without
                self._progress.remove_task(self._task)
            self._task = self._progress.add_task(description, total=total, numbers=numbers)
        self._progress.update(self._task, description=description, completed=done, numbers=numbers)


def caveats(run: Run) -> list[str]:
    """Return what a reader of the scores has to know of the images."""
    duplicates = ("duplicate-across-splits", "duplicate-under-two-labels")
    return [finding["summary"] for finding in run.findings if finding["kind"] in duplicates]


def shown(row: Mapping[str, float]) -> dict[str, list[str]]:
    """Return the names of the numbers of an epoch that are shown, by the split they are of."""
    names = {"training": ["loss", "accuracy"], "validation": ["validation_loss", "validation_accuracy"]}
    return {split: each for split, each in names.items() if each[0] in row}


def heading(row: Mapping[str, float]) -> tuple[str, str]:
    """Return the two lines above the numbers of epochs; together they fit into 60 columns."""
    splits = "".join(f"{split:>20}" for split in shown(row))
    return f"{'':5}{splits}", f"{'epoch':5}{'      loss  accuracy' * len(shown(row))}{'seconds':>10}"


def score_row(name: str, score: Mapping[str, Any]) -> list[str]:
    """Return a row of the table of scores."""
    return [name, number(score["value"]), f"{number(score['low'])} to {number(score['high'])}"]


def number(value: float | None) -> str:
    """Return a score as text; it may be undefined."""
    return "undefined" if value is None or math.isnan(value) else f"{value:.4f}"


def print_table_of_paths(run: Run) -> None:
    """Print where the run and its pictures are."""
    files = [file for file in run.reports if file.suffix in {".png", ".svg", ".html"}] or run.reports
    rows = [["run", short(run.path)], *(["picture", short(file)] for file in files)]
    if run.findings:
        rows.append(["findings", short(run.path / DATA)])
    print_text("\n" + "\n".join(f"{name:9}{path}" for name, path in rows))


def short(path: Path) -> str:
    """Return a path from the working directory, or whole where it is not below it."""
    relative = os.path.relpath(path)
    return str(path) if relative.startswith("..") else relative
