"""The components that training needs, built for the data and under the experiment's seed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sightkit.contracts import ArchitectureTask, AugmentationTask, LossTask, OptimizerTask, ScheduleTask
from sightkit.errors import PluginError
from sightkit.experiment import ExperimentSettings
from sightkit.runs.build import build, build_function, build_transform
from sightkit.runs.network import build_network

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import LossFunction, ScheduleFunction
    from sightkit.images import PreparedData
    from sightkit.training.augment import Augment
    from sightkit.training.plan import Plan


@dataclass(frozen=True)
class Parts:
    """The components of a training, built.

    Attributes:
        plan: Which images each step sees.
        model: From images to logits.
        optimizer: Fresh.
        schedule: The learning rate of each step.
        loss: One loss a sample.
        class_weights: What it is multiplied by in training, float32 ``(classes,)``, or ``None``.
        augment: The composed augmentations, or ``None``.
    """

    plan: Plan
    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    schedule: ScheduleFunction
    loss: LossFunction
    class_weights: NDArray[np.float32] | None
    augment: Augment | None


def build_parts(settings: ExperimentSettings, data: PreparedData) -> Parts:
    """Build everything that training needs, under the experiment's seed.

    Raises:
        SightkitError: a component refuses the task, failed, or breaks its contract.
    """
    from sightkit.training.augment import compose
    from sightkit.training.class_weights import class_weights
    from sightkit.training.host import seeded_build

    plan, weights = build_plan(settings, data), class_weights(settings.training.class_weights, data)
    shape, classes = data.image_shape, data.num_classes
    mean, std = data.channel_statistics()
    network_task = ArchitectureTask(image_shape=shape, num_classes=classes, channel_mean=mean, channel_std=std)
    model = build_network(settings.architecture, network_task, seed=settings.seed)
    total = plan.steps * settings.training.epochs
    with seeded_build(settings.seed):
        optimizer = build(settings.optimizer, OptimizerTask(total_steps=total, steps_per_epoch=plan.steps))
        loss = build_function(settings.loss, LossTask(num_classes=classes))
        augmentation_task = AugmentationTask(image_shape=shape, num_classes=classes)
        transforms = [build_transform(use, augmentation_task) for use in settings.augmentations]
    rate_task = ScheduleTask(learning_rate=initial_rate(settings), total_steps=total, steps_per_epoch=plan.steps)
    return Parts(
        plan=plan,
        model=model,
        optimizer=optimizer,
        schedule=build_function(settings.schedule, rate_task),
        loss=loss,
        class_weights=weights,
        augment=compose(transforms, image_shape=shape) if transforms else None,
    )


def build_plan(settings: ExperimentSettings, data: PreparedData) -> Plan:
    """Return the batches of a training.

    Raises:
        ConfigError: there are none.
    """
    from sightkit.training.plan import Plan

    training = settings.training
    return Plan(
        data=data,
        batch_size=training.batch_size,
        seed=settings.seed,
        sampling=training.sampling,
        drop_last=training.drop_last,
    )


def initial_rate(settings: ExperimentSettings) -> float:
    """Return the optimizer's learning rate, which the schedule starts from.

    Raises:
        PluginError: the optimizer's parameters have none.
    """
    use = settings.optimizer
    rate = getattr(use.params, "learning_rate", None)
    if not isinstance(rate, float | int):
        message = (
            f'optimizer "{use.name}" (from {use.found.origin}): its params have no number learning_rate; expected one, '
            "since schedules start from it"
        )
        raise PluginError(message)
    return float(rate)
