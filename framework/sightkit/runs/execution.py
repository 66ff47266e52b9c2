"""What every part of one execution of an experiment needs."""

from __future__ import annotations

import hashlib
import shlex
from collections.abc import Callable, Sequence
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.experiment.uses import from_files_alone
from sightkit.paths import short, working_directory
from sightkit.runs.data.report import describe_data
from sightkit.runs.display import Display
from sightkit.runs.extensions import Extensions
from sightkit.runs.record.folder import RESOLVED
from sightkit.runs.record.git import git_state
from sightkit.runs.record.journal import Journal
from sightkit.runs.record.manifest import Manifest, describe_machine, describe_run, now
from sightkit.runs.record.run import Run
from sightkit.runs.record.unchanged import differences

if TYPE_CHECKING:
    from sightkit.experiment.loaded import Loaded
    from sightkit.images import PreparedData
    from sightkit.training.devices.replicas import Replicas


class Execution:
    """What every part of one execution needs.

    Attributes:
        experiment: What is run.
        data: The prepared images.
        extensions: Whose hooks are called.
        display: Who watches.
        replicas: What the model is trained on.
        cache: Where prepared images and features are kept, if anywhere.
        run: The run's folder.
        manifest: Its record.
        journal: Its log and history.
        stop: Says whether somebody wants the training to stop.
        resumed: Whether the folder holds a run that didn't finish, which goes on now.
    """

    def __init__(
        self,
        experiment: Loaded,
        *,
        data: PreparedData,
        extensions: Extensions,
        display: Display,
        folder: Path,
        argv: Sequence[str],
        stop: Callable[[], bool],
        replicas: Replicas,
        cache: Path | None = None,
        resumed: bool = False,
    ) -> None:
        self.experiment = experiment
        self.settings = experiment.settings
        self.data = data
        self.extensions = extensions
        self.display = display
        recorded = folder if replicas.is_chief else None
        self.journal = Journal(recorded)
        self.stop = stop
        self.replicas = replicas
        self.cache = cache
        self.resumed = resumed
        if resumed:
            self.run = Run(folder)
            ended = {"ended", "error"}
            before = {key: value for key, value in self.run.manifest.items() if key not in ended}
            self.manifest = Manifest(recorded, {**before, "state": "running"})
        else:
            about = describe_run(self.settings, experiment.registry, argv)
            data_entry = {"repeatable": from_files_alone(self.settings), **describe_data(data)}
            self.manifest = Manifest(recorded, {**about, "data": data_entry, "git": git_state(working_directory())})
            self.run = Run(folder)

    @cached_property
    def identity(self) -> str:
        """A hash of the experiment and the data: checkpoints that know another one are of another run."""
        resolved = (self.run.path / RESOLVED).read_bytes()
        return hashlib.sha256(resolved + self.data.fingerprint.encode()).hexdigest()

    @property
    def way_on(self) -> str:
        """How somebody goes on with this run once it was stopped."""
        if not from_files_alone(self.settings):
            return "run the same experiment with resume=True"  # its folder alone doesn't hold all that it needs
        return f"sightkit resume {shlex.quote(short(self.run.path))}"

    def say(self, message: str) -> None:
        """Tell whoever watches, and the log, of something that is as it should be."""
        self.journal.note(message)
        self.display.note(message)

    def warn(self, message: str) -> None:
        """Tell whoever watches, and the log."""
        self.journal.note(f"warning: {message}")
        self.display.warn(message)

    def note_resumption(self, *, from_file: str | None) -> None:
        """Record that the run goes on, from which checkpoint, and whether it ends as if nothing had happened."""
        from sightkit.training.devices.host import describe_computing

        if not self.replicas.is_chief:
            return  # the record is of the chief's machine
        forgetful = [
            f"extension {use.name} (from {use.found.origin}) {why}" for use, why in self.extensions.forgetful()
        ]
        machine = {
            **describe_machine(),
            "computing": describe_computing(self.replicas.count, workers=self.replicas.workers),
        }
        before = {key: self.run.manifest.get(key) for key in machine}
        reasons = [*forgetful, *differences(before, machine)] if from_file else []
        if not from_file:
            self.manifest.update(**machine)
        if reasons:
            self.warn(f"this run may end otherwise than it would have, had it gone on: {'; '.join(reasons)}")
        entry = {"at": now(), "checkpoint": from_file, "exact": not reasons, "reasons": reasons}
        self.manifest.update(resumed=[*self.run.manifest.get("resumed", []), entry])
        self.journal.note(f"resumed from {from_file or 'the beginning'}")

    def tell(self, hook: str, **arguments: object) -> None:
        """Call a run hook of every extension; where several processes train together, of those of the chief."""
        if self.replicas.is_chief:
            self.extensions.tell(hook, warn=self.warn, run=self.run, **arguments)
