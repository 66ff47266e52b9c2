"""The trainings of a learning-rate range test: the stages before the one it is for, and that one while rates rise."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DivergedError
from sightkit.experiment.stages import stages_of
from sightkit.runs.building.stages import build_stage
from sightkit.runs.rates.curve import LEAST, smooth, until_divergence

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import ScheduleFunction
    from sightkit.experiment import ExperimentSettings
    from sightkit.images import PreparedData
    from sightkit.runs.building.parts import Parts
    from sightkit.runs.display import Display
    from sightkit.training.loop.progress import Progress
    from sightkit.training.loop.stage import Stage


@dataclass(frozen=True, kw_only=True)
class Trial:
    """What is trained to be thrown away.

    Attributes:
        settings: The experiment's.
        data: Its images.
        parts: What all its stages share.
        number: The stage that a learning rate is searched for, counted from 0.
        display: Who watches.
    """

    settings: ExperimentSettings
    data: PreparedData
    parts: Parts
    number: int
    display: Display

    def stage(self, number: int, *, schedule: ScheduleFunction | None = None) -> Stage:
        """Build a stage, with another schedule than its own if one is given."""
        told = stages_of(self.settings)[number]
        return build_stage(self.settings, told, self.parts, self.data, number=number, schedule=schedule)


def train_before(trial: Trial) -> None:
    """Train the stages before the one that a rate is searched for, each to its last epoch."""
    lengths = [each.epochs for each in stages_of(trial.settings)[: trial.number]]
    for number, epochs in enumerate(lengths):
        stage = trial.stage(number)
        run_to_end(
            stage, epochs, progress=shown_as(trial, number, before=sum(lengths[:number]), all_epochs=sum(lengths))
        )
        stage.finish()


def shown_as(trial: Trial, number: int, *, before: int, all_epochs: int) -> Callable[[Progress], None]:
    """Return what shows the progress of a stage as a part of all that are trained first."""

    def show(progress: Progress) -> None:
        done = (before + progress.epoch - 1) * progress.steps + progress.step
        trial.display.training(
            replace(progress, stage=number + 1, stages=trial.number + 1, done=done, total=all_epochs * progress.steps)
        )

    return show


def rising_losses(trial: Trial, rates: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the training loss at each of ``rates``, float64 ``(n,)``, up to where the training diverges.

    Where gradients are accumulated, the rate stays until the weights are updated, and the loss is that of all the
    steps whose gradients the update is made from.

    Raises:
        DivergedError: it does so before there are enough losses to say anything.
    """
    steps, together = len(rates), trial.settings.training.accumulate
    stage = trial.stage(trial.number, schedule=lambda step: float(rates[min(step // together, steps - 1)]))
    of_steps: list[float] = []

    def losses() -> NDArray[np.float64]:
        updates = min(len(of_steps) // together, steps)
        means: NDArray[np.float64] = np.reshape(of_steps[: updates * together], (updates, together)).mean(axis=1)
        return means

    def stepped(_rates: NDArray[np.float32], new: NDArray[np.float32]) -> None:
        of_steps.extend(new.tolist())
        found = losses()
        if len(found) == steps or until_divergence(found, steps=steps) < len(found):
            stage.stop()
        if done := len(found):
            trial.display.searching(
                done, steps, rate=float(rates[done - 1]), loss=float(smooth(found, steps=steps)[-1])
            )

    try:
        run_to_end(stage, steps * together, stepped=stepped)  # it stops before: an epoch has a step at least
    except DivergedError:
        if until_divergence(losses(), steps=steps) < LEAST:
            raise
    found = losses()
    return found[: until_divergence(found, steps=steps)]


def run_to_end(
    stage: Stage,
    epochs: int,
    *,
    progress: Callable[[Progress], None] | None = None,
    stepped: Callable[[NDArray[np.float32], NDArray[np.float32]], None] | None = None,
) -> None:
    """Train a stage to the end of its last epoch, or until it is stopped."""
    with closing(stage.epochs(epochs, progress=progress, stepped=stepped)) as logs:
        for _ in logs:
            pass
