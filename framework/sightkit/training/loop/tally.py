"""The running numbers of an epoch."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import TYPE_CHECKING, Any

from sightkit.training.loop.progress import EpochLog, Progress

if TYPE_CHECKING:
    from sightkit.training.steps.step import StepResults


@dataclass(slots=True)
class Tally:
    """Losses, hits and time of the steps of an epoch so far.

    Attributes:
        losses: The loss of each step times its images.
        images: Images seen.
        hits: How many of them were classified rightly.
        seconds: Wall-clock time of the steps.
        images_per_second: During the last call.
    """

    losses: list[float] = field(default_factory=list)
    images: int = 0
    hits: int = 0
    seconds: float = 0.0
    images_per_second: float = 0.0

    @property
    def steps(self) -> int:
        """Steps done."""
        return len(self.losses)

    @property
    def loss(self) -> float:
        """Mean over the images; summed exactly, so that it doesn't depend on how steps were divided into calls."""
        return math.fsum(self.losses) / self.images

    @property
    def accuracy(self) -> float:
        """The fraction of the images that were classified rightly."""
        return self.hits / self.images

    def state(self) -> dict[str, Any]:
        """Return it all as JSON can hold it; ``Tally(**state)`` goes on from there."""
        return asdict(self)

    def add(self, results: StepResults, *, batch_size: int, seconds: float) -> None:
        """Count a call's steps, each of ``batch_size`` images."""
        images = batch_size * len(results.losses)
        self.losses.extend((results.losses.astype("float64") * batch_size).tolist())
        self.images += images
        self.hits += int(results.hits.sum())
        self.seconds += seconds
        self.images_per_second = images / seconds

    def progress(self, *, epoch: int, epochs: int, steps: int) -> Progress:
        """Return how far the stage is; ``steps`` make an epoch."""
        return Progress(
            epoch=epoch,
            epochs=epochs,
            step=self.steps,
            steps=steps,
            loss=self.loss,
            accuracy=self.accuracy,
            images_per_second=self.images_per_second,
        )

    def log(self, *, epoch: int, learning_rate: float, validation: Mapping[str, float]) -> EpochLog:
        """Return the numbers of the epoch now that it has ended."""
        return EpochLog(
            epoch=epoch,
            loss=self.loss,
            accuracy=self.accuracy,
            learning_rate=learning_rate,
            seconds=self.seconds,
            images_per_second=self.images / self.seconds,
            validation=validation,
            steps=self.steps,
        )
