"""The course of a training: stage after stage, epoch after epoch, with checkpoints on the way."""

from __future__ import annotations

import time
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from sightkit.errors import InterruptedRunError
from sightkit.experiment.stages import stages_of
from sightkit.runs.building.stages import build_stage
from sightkit.runs.course.epoch import Epoch
from sightkit.runs.course.stop import heeded
from sightkit.runs.course.watches import Watches

if TYPE_CHECKING:
    from sightkit.experiment.stages import Stage as StageSettings
    from sightkit.runs.building.parts import Parts
    from sightkit.runs.course.progression import Progression
    from sightkit.runs.course.validation import Validation
    from sightkit.runs.execution import Execution
    from sightkit.runs.features.features import Features
    from sightkit.runs.features.stage import HeadTraining
    from sightkit.training.loop.progress import EpochLog, Progress
    from sightkit.training.loop.stage import Stage
    from sightkit.training.state.checkpoints import Checkpoints


class Course:
    """The course of one training.

    Args:
        execution: Of which experiment, and where.
        parts: What is trained.
        validation: What is computed after each epoch, if there is anything to validate on.
        features: Where stages that are trained on features get them from.
        progression: How far it has come.
        checkpoints: Where its state is written.
    """

    def __init__(
        self,
        execution: Execution,
        parts: Parts,
        validation: Validation | None,
        *,
        features: Features | None,
        progression: Progression,
        checkpoints: Checkpoints,
    ) -> None:
        self._execution = execution
        self._settings = execution.settings.training
        self._parts = parts
        self._validation = validation
        self._features = features
        self._progression = progression
        self._checkpoints = checkpoints
        self._stages = stages_of(execution.settings)
        self._saved_at, self._saved_steps = time.monotonic(), progression.steps(None)

    def epochs(self) -> Generator[Epoch, None, None]:
        """Train to the end, yielding after each epoch; whoever stops asking stops the training."""
        while self._progression.number < len(self._stages):
            yield from self._go_through(self._stages[self._progression.number])
        self._execution.extensions.restore(warn=self._execution.warn)  # where no stage was left to do it

    def _go_through(self, settings: StageSettings) -> Generator[Epoch, None, None]:
        """Train a stage to its end, or what is left of it, yielding after each epoch."""
        execution, progression = self._execution, self._progression
        self._announce(settings)
        stage = build_stage(
            execution.settings,
            settings,
            self._parts,
            execution.data,
            number=progression.number,
            on_features=self._on_features(settings),
        )
        watches = Watches(self._settings, self._validation.higher_is_better if self._validation else None)
        callbacks = execution.extensions.ask("sightkit_callbacks", warn=execution.warn, run=execution.run)
        if not progression.go_on_within(stage, watches):  # else once the callbacks know that training begins
            execution.extensions.restore(warn=execution.warn)
        epochs = stage.epochs(
            settings.epochs,
            evaluate=self._validation,
            callbacks=callbacks,
            higher_is_better=self._validation.higher_is_better if self._validation else None,
            progress=self._show,
            begun=lambda: execution.extensions.restore(warn=execution.warn),
            called=lambda: self._between_calls(stage, watches),
        )
        left: GeneratorExit | None = None
        with heeded(execution.stop), closing(epochs):
            for log in epochs:
                epoch = self._record(stage, log)
                if watches.lower(stage.rate, log):
                    execution.say(f"no improvement: the learning rate is now {stage.rate.scale:.3g} of the schedule's")
                if watches.stops(log):
                    execution.say(f"no improvement: stage {progression.number + 1} ends after {log.epoch} epochs")
                    stage.stop()
                elif stage.epoch <= settings.epochs and not stage.stopped:
                    self._save(stage, watches)
                try:
                    with stage.averaged():
                        yield epoch
                except GeneratorExit as leaving:
                    if stage.epoch <= settings.epochs and not stage.stopped:
                        raise
                    left = leaving  # once the stage has ended: else its last epoch would be trained again
            stage.finish()
            progression.end_stage()
            self._save(None, None)
        if left:
            raise left

    def _on_features(self, settings: StageSettings) -> HeadTraining | None:
        """Return what a stage trains on features, with those that it needs; ``None`` if it trains on images."""
        from sightkit.runs.features.stage import head_training, views_of

        number = self._progression.number
        views = views_of(settings, self._parts, number=number)
        if self._features is None or not views:
            return None
        return head_training(self._execution, self._parts, self._features, number=number, views=views)

    def _announce(self, settings: StageSettings) -> None:
        """Tell whoever watches that a stage begins, where there are several."""
        if len(self._stages) > 1:
            frozen = {} if settings.freeze == "none" else {"frozen": settings.freeze}
            facts = {"epochs": str(settings.epochs), **frozen, "optimizer": settings.optimizer.name}
            self._execution.display.stage(self._progression.number + 1, len(self._stages), facts)

    def _show(self, progress: Progress) -> None:
        """Tell whoever watches how far training is."""
        epochs = [stage.epochs for stage in self._stages]
        number = self._progression.number
        before = sum(epochs[:number]) + progress.epoch - 1
        told = replace(
            progress,
            stage=number + 1,
            stages=len(epochs),
            done=before * progress.steps + progress.step,
            total=sum(epochs) * progress.steps,
        )
        self._execution.display.training(told)

    def _record(self, stage: Stage, log: EpochLog) -> Epoch:
        """Remember an epoch that has ended, tell those who watch, and return what they are told."""
        execution, progression = self._execution, self._progression
        row = history_row(log, epoch=len(progression.rows) + 1, stage=progression.number + 1)
        progression.end_epoch(row, steps=log.steps)
        better = False
        if progression.best is not None:
            with stage.averaged():
                better = progression.best.update(len(progression.rows), log.validation[self._settings.monitor])
        execution.journal.epoch(row)
        execution.display.epoch(row, best=better)
        execution.tell("sightkit_epoch_ended", epoch=len(progression.rows), logs=dict(row))
        return Epoch(
            number=len(progression.rows),
            stage=progression.number + 1,
            logs=dict(row),
            best=better,
            run=execution.run,
            model=self._parts.model,
        )

    def _between_calls(self, stage: Stage, watches: Watches) -> None:
        """Write a checkpoint if it is time for one, or if somebody wants the training to stop."""
        if stage.stopped:  # a callback has ended the epoch, and no checkpoint remembers that: its end writes one
            return
        when, steps = self._settings.checkpoints, self._progression.steps(stage) - self._saved_steps
        minutes = (time.monotonic() - self._saved_at) / 60
        due = (when.every_steps and steps >= when.every_steps) or (when.every_minutes and minutes >= when.every_minutes)
        stops, due = self._execution.replicas.any(self._execution.stop(), bool(due))
        if stops or due:
            self._save(stage, watches)
        if stops:
            where = f"stage {self._progression.number + 1}, epoch {stage.epoch}, after {stage.tally.steps} steps of it"
            message = f"stopped in {where}; to go on: {self._execution.way_on}"
            raise InterruptedRunError(message)

    def _save(self, stage: Stage | None, watches: Watches | None) -> None:
        """Write a checkpoint; a stage is named while it goes on."""
        progression, execution = self._progression, self._execution
        steps, extensions = progression.steps(stage), execution.extensions.state(warn=execution.warn)
        about = {**progression.about(stage, watches), "extensions": extensions, "run": execution.identity}
        values, paths = progression.values(stage), progression.paths(stage)
        self._checkpoints.write(steps, about, values, known_as=paths)
        self._saved_at, self._saved_steps = time.monotonic(), steps


def history_row(log: EpochLog, *, epoch: int, stage: int) -> dict[str, float]:
    """Return an epoch as it stands in history.csv; it is counted over all stages."""
    return {
        "epoch": epoch,
        "stage": stage,
        "loss": log.loss,
        "accuracy": log.accuracy,
        **{f"validation_{name}": value for name, value in log.validation.items()},
        "learning_rate": log.learning_rate,
        "seconds": round(log.seconds, 3),
        "images_per_second": round(log.images_per_second, 1),
    }
