"""How a run looks in a terminal while it goes on; quiet where nobody watches."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING

from rich.markup import escape
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn
from rich.text import Text

from sightkit.cli.console import console, printable, warn
from sightkit.cli.process import start_tensorflow
from sightkit.runs.display import Display
from sightkit.runs.rates.text import rate_text

if TYPE_CHECKING:
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.training.loop.progress import Progress as TrainingProgress


class TerminalDisplay(Display):
    """A display on standard error; it shows nothing while a run goes on if that is not a terminal.

    Attributes:
        folder: The run's folder, once there is one.
        follows: Whether another process writes the run, and tells its scores.
        texts: What its reports have for the terminal, once they are written.
    """

    def __init__(self) -> None:
        self.folder: str | None = None
        self.follows = False
        self.texts: Sequence[str] = ()
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
        self._headed = False
        self._started = False
        self._monitor = "accuracy"

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
        self._say(told(facts))

    def building(self, training: TrainingSettings) -> None:
        """Start TensorFlow the first time, which takes seconds and would greet with messages of its own."""
        self._monitor = training.monitor
        if self._started:
            return
        self._show("building the network", 0, None, "")
        self._say("[dim]starting TensorFlow[/dim]")
        self._progress.stop()
        start_tensorflow(training)
        self._started = True
        self._progress.start()

    def joining(self, worker: int, workers: int) -> None:
        """Say who is waited for, also where nobody watches: it may be for ever."""
        self.follows = worker > 0
        self._progress.console.print(f"worker {worker}: waiting for all {workers} workers")

    def stage(self, number: int, stages: int, facts: Mapping[str, str]) -> None:
        """Say that a stage begins; how fast the one before was says nothing of it."""
        self._forget()
        self._say(f"stage {number} of {stages}  {told(facts)}")

    def features(self, done: int, total: int) -> None:
        """Show of how many images the features are there."""
        self._show("computing features", done, total, f"{done:,} of {total:,}")

    def training(self, progress: TrainingProgress) -> None:
        """Show how far training is, with a guess of the time that is left, all stages as fast as this one."""
        numbers = (
            f"loss {progress.loss:.4f}  accuracy {progress.accuracy:.4f}  {progress.images_per_second:,.0f} images/s"
        )
        stage = f"stage {progress.stage} of {progress.stages}, " if progress.stages > 1 else ""
        description = f"{stage}epoch {progress.epoch} of {progress.epochs}"
        self._show(description, progress.done, progress.total, numbers)

    def searching(self, done: int, total: int, *, rate: float, loss: float) -> None:
        """Show how far a learning-rate range test is; it ends before its total where the training diverges."""
        self._show("trying learning rates", done, total, f"loss {loss:.4f}  at {rate_text(rate)}")

    def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
        """Print the numbers of an epoch; a star marks the best so far."""
        if not self._headed:
            self._headed = True
            for line in heading(row, monitor=self._monitor):
                self._say(f"[dim]{escape(line)}[/dim]")
        numbers = "".join(
            f"{row[name]:10.4f}" for names in shown(row, monitor=self._monitor).values() for name in names
        )
        self._say(f"{row['epoch']:5.0f}{numbers}{row['seconds']:10.1f}{'  *' if best else ''}")

    def explaining(self, done: int, total: int) -> None:
        """Show how many images were explained."""
        self._show("explaining images", done, total, f"{done:,} of {total:,}")

    def judging(self, split: str) -> None:
        """Show that a split is being predicted."""
        self._show(f"judging the {split} split", 0, None, "")

    def reported(self, texts: Sequence[str]) -> None:
        """Keep what the reports have for the terminal until the end."""
        self.texts = texts

    def note(self, message: str) -> None:
        """Say what happened, above the bar."""
        self._say(escape(message))

    def warn(self, message: str) -> None:
        """Print a warning, above the bar if there is one."""
        warn(message, to=self._progress.console)

    def _say(self, markup: str) -> None:
        if self._console.is_terminal:
            self._progress.print(Text.from_markup(printable(markup)))

    def _show(self, description: str, done: int, total: int | None, numbers: str) -> None:
        if self._task is None or self._progress.tasks[0].total != total:
            self._forget()  # rich can't make a bar with an end into one without
            self._task = self._progress.add_task(description, total=total, numbers=numbers)
        self._progress.update(self._task, description=description, completed=done, numbers=numbers)

    def _forget(self) -> None:
        if self._task is not None:
            self._progress.remove_task(self._task)
            self._task = None


def told(facts: Mapping[str, str]) -> str:
    """Return a few facts in a line, as rich's markup."""
    return "  ".join(f"[dim]{escape(key)}[/dim] {escape(value)}" for key, value in facts.items())


def shown(row: Mapping[str, float], *, monitor: str) -> dict[str, list[str]]:
    """Return the names of the numbers of an epoch that are shown, by the split they are of."""
    validation = dict.fromkeys(["validation_loss", "validation_accuracy", f"validation_{monitor}"])
    names = {"training": ["loss", "accuracy"], "validation": [name for name in validation if name in row]}
    return {split: each for split, each in names.items() if each}


def heading(row: Mapping[str, float], *, monitor: str) -> tuple[str, str]:
    """Return the two lines above the numbers of epochs; they fit into 60 columns, or 70 where a score is added."""
    columns = shown(row, monitor=monitor)
    splits = "".join(f"{split:>{10 * len(names)}}" for split, names in columns.items())
    scores = "".join(f"{name.removeprefix('validation_')[:9]:>10}" for names in columns.values() for name in names)
    return f"{'':5}{splits}", f"{'epoch':5}{scores}{'seconds':>10}"
