"""The stages of an experiment's training, each complete, for whoever carries them out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from sightkit.component import Optimizer, Schedule
from sightkit.experiment.settings import ExperimentSettings, StageSettings
from sightkit.use import Use


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """A part of a training, with nothing left to look up elsewhere.

    Attributes:
        epochs: Passes over the training split, at least 1.
        freeze: What keeps its weights: ``"none"``, ``"backbone"`` or ``"below:LAYER"``.
        optimizer: The optimizer of this stage: the experiment's, with what the stage changes of it.
        schedule: The schedule of this stage, likewise.
        layer_decay: What the learning rate of each level of layers is multiplied by, seen from the level above it:
            above 0, at most 1.
        cache_features: Whether the features of a frozen backbone are computed once.
        views: How many augmented views of each image are cached, at least 1.
    """

    epochs: int
    freeze: str
    optimizer: Use[Optimizer[Any]]
    schedule: Use[Schedule[Any]]
    layer_decay: float
    cache_features: Literal["auto", "on", "off"]
    views: int


def stages_of(settings: ExperimentSettings) -> tuple[Stage, ...]:
    """Return the stages of an experiment in their order; one that names none is one stage, of ``training.epochs``."""
    told = settings.training.stages or (StageSettings(epochs=settings.training.epochs),)
    return tuple(
        Stage(
            epochs=stage.epochs,
            freeze=stage.freeze,
            optimizer=stage.optimizer or settings.optimizer,
            schedule=stage.schedule or settings.schedule,
            layer_decay=stage.layer_decay,
            cache_features=stage.cache_features,
            views=stage.views,
        )
        for stage in told
    )
