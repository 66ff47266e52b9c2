"""The tables ``[[training.stages]]``: the parts of a training."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, ValidationError, ValidatorFunctionWrapHandler, field_validator

from sightkit.component import Optimizer, Schedule
from sightkit.experiment.settings.table import Table
from sightkit.toml.problems import nearest
from sightkit.toml.shown import shown
from sightkit.use import Use


class StageSettings(Table):
    """A part of a training: what is trained in it, for how long, and how."""

    epochs: int = Field(ge=1, description="Passes over the training split.")
    freeze: str = Field(
        "none",
        pattern=r"^(none|backbone|norms|below:.+)$",
        description="What keeps its weights: none; backbone: everything but the head; norms: BatchNorm in the "
        "backbone; below:LAYER: every layer of the backbone before the one of this name. Frozen BatchNorm uses the "
        "statistics it has.",
    )
    optimizer: Use[Optimizer[Any]] | None = Field(
        None, description="What differs from [optimizer] in this stage; another use starts from nothing."
    )
    schedule: Use[Schedule[Any]] | None = Field(
        None, description="What differs from [schedule] in this stage; another use starts from nothing."
    )
    layer_decay: float = Field(
        1.0,
        gt=0,
        le=1,
        description="What the learning rate of each level of layers is multiplied by, seen from the level above it; a "
        "level is the layers of one resolution. Below 1, layers near the images learn more slowly than the head.",
    )
    cache_features: Literal["auto", "on", "off"] = Field(
        "auto",
        description="Compute the pooled features of a frozen backbone once and train the head on them. auto: where "
        "there are no augmentations, or where views are asked for; on: always, or refuse; off: never.",
    )
    views: int = Field(
        1, ge=1, le=1000, description="How many augmented views of each image are cached; an epoch uses one of them."
    )

    @field_validator("freeze", mode="wrap")
    @classmethod
    def _freeze_is_known(cls, freeze: Any, handler: ValidatorFunctionWrapHandler) -> Any:
        try:
            return handler(freeze)
        except ValidationError:
            if not isinstance(freeze, str):
                raise
            near = nearest(freeze, ["none", "backbone", "norms"])
            hint = f'; did you mean "{near}"?' if near else ""
            known = 'expected "none", "backbone", "norms" or "below:" and a layer\'s name'
            message = f"{known}, found {shown(freeze)}{hint}"
            raise ValueError(message) from None
