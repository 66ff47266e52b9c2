"""What every part of one execution of an experiment needs."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.experiment.in_memory import IN_MEMORY
from sightkit.runs.data_report import describe_data
from sightkit.runs.display import Display
from sightkit.runs.extensions import Extensions
from sightkit.runs.folder import Run
from sightkit.runs.git import git_state
from sightkit.runs.journal import Journal
from sightkit.runs.manifest import Manifest, describe_run

if TYPE_CHECKING:
    from sightkit.api import Experiment
    from sightkit.images import PreparedData


class Execution:
    """What every part of one execution needs.

    Attributes:
        experiment: What is run.
        data: The prepared images.
        extensions: Whose hooks are called.
        display: Who watches.
        run: The run's folder.
        manifest: Its record.
        journal: Its log and history.
    """

    def __init__(
        self,
        experiment: Experiment,
        *,
        data: PreparedData,
        extensions: Extensions,
        display: Display,
        folder: Path,
        argv: Sequence[str],
    ) -> None:
        self.experiment = experiment
        self.settings = experiment.settings
        self.data = data
        self.extensions = extensions
        self.display = display
        self.journal = Journal(folder)
        about = describe_run(self.settings, experiment.registry, argv)
        repeatable = self.settings.dataset.name != IN_MEMORY
        data_entry = {"repeatable": repeatable, **describe_data(data)}
        self.manifest = Manifest(folder, {**about, "data": data_entry, "git": git_state(Path.cwd())})
        self.run = Run(folder)

    def warn(self, message: str) -> None:
        """Tell whoever watches, and the log."""
        self.journal.note(f"warning: {message}")
        self.display.warn(message)

    def tell(self, hook: str, **arguments: object) -> None:
        """Call a run hook of every extension."""
        self.extensions.tell(hook, warn=self.warn, run=self.run, **arguments)
