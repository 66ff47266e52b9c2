"""The table ``[training]`` and those within it, but for the stages."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from sightkit.experiment.settings.stages import StageSettings
from sightkit.experiment.settings.table import Table


class EarlyStoppingSettings(Table):
    """When a stage ends before its epochs are over."""

    patience: int = Field(5, ge=1, description="Epochs without improvement after which a stage ends.")
    monitor: str | None = Field(
        None, description='The metric on the validation split that is watched, or "loss"; by default training.monitor.'
    )
    min_improvement: float = Field(0.0, ge=0, description="What counts as improvement, at least.")


class PlateauSettings(Table):
    """How the learning rate falls when nothing improves any more."""

    patience: int = Field(3, ge=1, description="Epochs without improvement after which the learning rate falls.")
    factor: float = Field(0.3, gt=0, lt=1, description="What the learning rate is multiplied by.")
    monitor: str | None = Field(
        None, description='The metric on the validation split that is watched, or "loss"; by default training.monitor.'
    )
    min_improvement: float = Field(0.0, ge=0, description="What counts as improvement, at least.")
    cooldown: int = Field(0, ge=0, description="Epochs after a fall that are not counted.")
    lowest: float = Field(0.001, ge=0, lt=1, description="The learning rate never falls below this part of itself.")


class CheckpointSettings(Table):
    """When the state of a training is written, from which it can be resumed; where any is, at the end of each epoch."""

    keep: int = Field(
        2,
        ge=0,
        description="How many checkpoints are kept; 0: none is written, and a run begins again if it is resumed.",
    )
    every_steps: int | None = Field(None, ge=1, description="Write one after so many steps, too.")
    every_minutes: float | None = Field(10.0, gt=0, description="Write one after so many minutes, too.")


class TrainingSettings(Table):
    """How long and how to train."""

    epochs: int = Field(10, ge=1, description="Passes over the training split, where there are no stages.")
    stages: tuple[StageSettings, ...] = Field((), description="Parts of the training that follow each other.")
    batch_size: int = Field(64, ge=1, description="Images a step.")
    drop_last: bool = Field(False, description="Leave out the last batch of an epoch where it is smaller.")
    sampling: Literal["shuffled", "balanced"] = Field(
        "shuffled",
        description="shuffled: an epoch has every image once; balanced: as many, but of each class the same number, "
        "those of small classes several times.",
    )
    class_weights: Literal["none", "balanced"] | dict[str, Annotated[float, Field(ge=0)]] = Field(
        "none",
        description="What the training loss of a class is multiplied by: balanced makes small classes count as much as "
        "large ones; or a table of class names and weights, 1 for those it leaves out.",
    )
    monitor: str = Field(
        "accuracy",
        description='The metric on the validation split whose best epoch is kept, or "loss".',
    )
    clip_norm: float | None = Field(
        None, gt=0, description="Scale gradients down so that the norm of all of them together is at most this."
    )
    accumulate: int = Field(
        1, ge=1, description="Steps whose gradients are averaged before the weights are updated once."
    )
    ema: float | None = Field(
        None,
        gt=0,
        lt=1,
        description="Decay a step of a running average of the weights (0.999, for example), which is what is validated "
        "and saved.",
    )
    decay: Literal["kernels", "all"] = Field(
        "kernels",
        description="What the optimizer's weight decay is for. kernels: not for biases and the scales of normalisation "
        "layers.",
    )
    early_stopping: EarlyStoppingSettings | None = Field(None, description="When a stage ends early.")
    plateau: PlateauSettings | None = Field(
        None, description="When the learning rate falls because nothing improves any more."
    )
    checkpoints: CheckpointSettings = Field(
        CheckpointSettings(), description="When the state of the training is written."
    )
    precision: Literal["auto", "float32", "bfloat16"] = Field(
        "auto",
        description="What layers compute in; weights are float32 anyway. auto: bfloat16 on a GPU that has it, else "
        "float32.",
    )
    deterministic: bool = Field(
        False,
        description="Let TensorFlow use deterministic operations only. On a CPU all of them are; a GPU is slower then.",
    )
    distribution: Literal["auto", "none", "mirrored", "multi-worker"] = Field(
        "auto",
        description="mirrored: on all devices of this machine; multi-worker: on all machines that TF_CONFIG names; "
        "auto: where there are several.",
    )
    replicas: int | None = Field(
        None, ge=1, le=64, description="On how many devices of this machine; by default on all GPUs, else on one."
    )
