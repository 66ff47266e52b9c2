"""What optimizers, schedules and losses are built for, and the functions that they are."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    import tensorflow as tf


@dataclass(frozen=True, slots=True, kw_only=True)
class OptimizerTask:
    """What an optimizer is built for.

    Attributes:
        total_steps: How many times it will be applied.
        steps_per_epoch: How many of these make an epoch.
    """

    total_steps: int
    steps_per_epoch: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleTask:
    """What a schedule is built for.

    Attributes:
        learning_rate: The optimizer's own, which the schedule starts from.
        total_steps: Steps of the whole stage.
        steps_per_epoch: How many of these make an epoch.
    """

    learning_rate: float
    total_steps: int
    steps_per_epoch: int


ScheduleFunction: TypeAlias = Callable[[int], float]
"""The learning rate at a step of the stage, steps counted from 0; plain Python, called before the step."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LossTask:
    """What a loss is built for.

    Attributes:
        num_classes: The width of one-hot labels and of logits.
    """

    num_classes: int


LossFunction: TypeAlias = "Callable[[tf.Tensor, tf.Tensor], tf.Tensor]"
"""``(labels, logits) -> losses``: float32 ``(batch, classes)`` twice to float32 ``(batch,)``, one a sample."""
