"""`RateSearch`: what a learning-rate range test has found."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from sightkit.runs.rates.curve import LEAST, lowest_point, smooth, suggest

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, kw_only=True, eq=False)
class RateSearch:
    """What a learning-rate range test has found, up to where the training diverged.

    Attributes:
        title: The name of the experiment, and which stage of it, if it has several.
        key: What the experiment calls the learning rate of that stage: ``"optimizer.learning_rate"``.
        current: What it is in the experiment.
        rates: float64 ``(n,)``, ascending: the learning rate at each update of the weights.
        losses: float64 ``(n,)``: the training loss of the images that the update was made from.
        steps: How many updates there would have been, had the training not diverged.
    """

    title: str
    key: str
    current: float
    rates: NDArray[np.float64]
    losses: NDArray[np.float64]
    steps: int

    @property
    def smoothed(self) -> NDArray[np.float64]:
        """The losses, smoothed: float64 ``(n,)``."""
        return smooth(self.losses, steps=self.steps)

    @property
    def suggestion(self) -> float | None:
        """The learning rate to start from, with two digits; ``None`` if the loss did not fall by more than chance.

        It is a tenth of the rate at which the smoothed loss is lowest.
        """
        return suggest(self.rates, self.losses, steps=self.steps)

    @property
    def lowest(self) -> int | None:
        """Where the smoothed loss is lowest; ``None`` if it did not fall by more than chance."""
        return lowest_point(self.losses, steps=self.steps)

    @property
    def diverged(self) -> bool:
        """Whether the training diverged before it came to the highest rate."""
        return len(self.losses) < self.steps

    @property
    def still_falls(self) -> bool:
        """Whether the loss still fell at the last rate, so that higher ones might have suggested a higher one."""
        return not self.diverged and self.lowest is not None and self.steps - self.lowest <= LEAST

    def _repr_html_(self) -> str:
        from sightkit.notebook import drawn

        return drawn(self.draw, shows=f"loss over learning rate, {self.title}")

    def draw(self, path: Path | str) -> None:
        """Write a picture as PNG: loss over learning rate, the suggestion, and what the experiment has.

        Raises:
            StorageError: it can't be written.
        """
        from sightkit.runs.rates.picture import draw_picture

        draw_picture(self, Path(path))
