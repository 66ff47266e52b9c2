"""How far a training has come, and all that it remembers: what each checkpoint holds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from sightkit.errors import ArtefactError
from sightkit.training.loop.tally import Tally
from sightkit.training.state.variables import give, named, path_of, take

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.runs.course.watches import Watches
    from sightkit.training.devices.replicas import Replicas
    from sightkit.training.loop.stage import Stage
    from sightkit.training.state.best import BestWeights
    from sightkit.training.state.checkpoints import Checkpoint


class Progression:
    """How far a training has come.

    Args:
        model: What is trained.
        best: Its best weights so far, where epochs can be compared.
        replicas: What trains it.

    Attributes:
        number: The stage that is next or going on, counted from 0.
        rows: The epochs that have ended, as in ``history.csv``.
        best: Its best weights so far.
    """

    def __init__(self, model: keras.Model, best: BestWeights | None, replicas: Replicas) -> None:
        self.number = 0
        self.rows: list[dict[str, float]] = []
        self.best = best
        self._model = model
        self._replicas = replicas
        self._steps = 0
        self._within: Checkpoint | None = None

    @property
    def best_epoch(self) -> int:
        """The epoch whose weights are the best, else the last one; counted from 1 over all stages."""
        return len(self.rows) if self.best is None or self.best.epoch is None else self.best.epoch

    def steps(self, stage: Stage | None) -> int:
        """Return the steps that were done since the training began."""
        return self._steps + (stage.tally.steps if stage else 0)

    def end_epoch(self, row: dict[str, float], *, steps: int) -> None:
        """Remember an epoch that has ended."""
        self.rows.append(row)
        self._steps += steps

    def end_stage(self) -> None:
        """Go on to the next stage."""
        self.number += 1

    def about(self, stage: Stage | None, watches: Watches | None) -> dict[str, Any]:
        """Return all but the values of variables, as JSON can hold it; a stage is named while it goes on."""
        about: dict[str, Any] = {"stage": self.number, "steps": self._steps, "rows": self.rows}
        if self.best is not None:
            about["best"] = self.best.state()
        if stage is not None and watches is not None:
            about["within"] = {
                "epoch": stage.epoch,
                "tally": stage.tally.state(),
                "rate": stage.rate.state(),
                "watches": watches.state(),
            }
        return about

    def values(self, stage: Stage | None) -> dict[str, NDArray[Any]]:
        """Return the values of all variables, and the best weights."""
        best = self.best.weights if self.best else []
        kept = {f"best/{index:05d}": value for index, value in enumerate(best)}
        return {**take(self._groups(stage), self._replicas), **kept}

    def paths(self, stage: Stage | None) -> dict[str, str]:
        """Return what people call the variables whose values there are: ``{"model/00000": "conv2d/kernel"}``."""
        return {name: path_of(variable) for name, variable in named(self._groups(stage))}

    def _give(self, stage: Stage | None, checkpoint: Checkpoint) -> None:
        try:
            give(self._groups(stage), checkpoint.values, self._replicas)
        except ArtefactError as error:
            message = (
                f"{checkpoint.path}: {error}; remove this file to go on from the one before, or from the beginning"
            )
            raise ArtefactError(message) from error

    def _groups(self, stage: Stage | None) -> dict[str, Sequence[Any]]:
        return {"model": self._model.variables, **(stage.variables if stage else {})}

    def go_on(self, checkpoint: Checkpoint) -> None:
        """Go on from a checkpoint, but for the stage that it lies within: `go_on_within` does that."""
        about = checkpoint.about
        self.number, self._steps, self.rows = about["stage"], about["steps"], list(about["rows"])
        if "within" in about:
            self._within = checkpoint
        # Also within a stage: features are made with them before it is built.
        self._give(None, checkpoint)
        if self.best is not None:
            names = sorted(name for name in checkpoint.values if name.startswith("best/"))
            self.best.go_on(about["best"], [checkpoint.values[name] for name in names])

    def go_on_within(self, stage: Stage, watches: Watches) -> bool:
        """Give a stage that was just built what the checkpoint that was taken within it holds; say if there was one."""
        if self._within is None:
            return False
        within: Mapping[str, Any] = self._within.about["within"]
        self._give(stage, self._within)
        stage.epoch, stage.tally = within["epoch"], Tally(**within["tally"])
        stage.rate.restore(within["rate"])
        watches.restore(within["watches"])
        self._within = None
        return True
