"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.training.loop.progress import Progress


class Display:
    """Somebody who watches a run: nobody here, a terminal or a notebook in a subclass."""

    def preparing(self, done: int, total: int) -> None:
        """Images that were read so far, and in all."""

    def waiting(self) -> None:
        """Another process prepares the same images; it is waited for."""

    def started(self, folder: str, facts: Mapping[str, str]) -> None:
        """The run has its folder; ``facts`` are a few words on data and model."""

    def joining(self, worker: int, workers: int) -> None:
        """This process is one of several that train together, 0 for the one that writes the run; it waits for all."""

    def building(self, training: TrainingSettings) -> None:
        """The model is built next, for which TensorFlow is loaded; a command line sets it up as ``training`` wants."""

    def stage(self, number: int, stages: int, facts: Mapping[str, str]) -> None:
        """A stage begins, counted from 1; ``facts`` are a few words on it. Only where there are several."""

    def features(self, done: int, total: int) -> None:
        """Images whose features were computed so far, and in all."""

    def training(self, progress: Progress) -> None:
        """Some steps of an epoch are done; called about twice a second."""

    def searching(self, done: int, total: int, *, rate: float, loss: float) -> None:
        """Updates of a learning-rate range test so far, and at most; the rate of the last one, the smoothed loss."""

    def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
        """An epoch ended; ``row`` is its row of ``history.csv``."""

    def judging(self, split: str) -> None:
        """The predictions of a split are being made."""

    def reported(self, texts: Sequence[str]) -> None:
        """What the reports have to say in a terminal."""

    def note(self, message: str) -> None:
        """Something happened that is as it should be."""

    def warn(self, message: str) -> None:
        """Something is odd, and the run goes on."""
