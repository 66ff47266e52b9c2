"""What a run tells whoever watches it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sightkit.training.progress import Progress


class Display:
    """Somebody who watches a run: nobody here, a terminal or a notebook in a subclass."""

    def preparing(self, done: int, total: int) -> None:
        """Images that were read so far, and in all."""

    def waiting(self) -> None:
        """Another process prepares the same images; it is waited for."""

    def started(self, folder: str, facts: Mapping[str, str]) -> None:
        """The run has its folder; ``facts`` are a few words on data and model."""

    def building(self) -> None:
        """The model is built next, for which TensorFlow is loaded."""

    def training(self, progress: Progress) -> None:
        """Some steps of an epoch are done; called about twice a second."""

    def epoch(self, row: Mapping[str, float], *, best: bool) -> None:
        """An epoch ended; ``row`` is its row of ``history.csv``."""

    def judging(self, split: str) -> None:
        """The predictions of a split are being made."""

    def reported(self, texts: Sequence[str]) -> None:
        """What the reports have to say in a terminal."""

    def warn(self, message: str) -> None:
        """Something is odd, and the run goes on."""
