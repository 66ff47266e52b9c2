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

    from sightkit.contracts import LossFunction, ScheduleFunction
    from sightkit.images import PreparedData
    from sightkit.training.augment import Augment


@dataclass(frozen=True)
class Parts:
    """The components of a training, built.

    Attributes:
        model: From images to logits.
        optimizer: Fresh.
        schedule: The learning rate of each step.
        loss: One loss a sample.
        augment: The composed augmentations, or ``None``.
    """

    model: keras.Model
    optimizer: keras.optimizers.Optimizer
    schedule: ScheduleFunction
    loss: LossFunction
    augment: Augment | None


def build_parts(settings: ExperimentSettings, data: PreparedData) -> Parts:
    """Build everything that training needs, under the experiment's seed.

    Raises:
        SightkitError: a component refuses the task, failed, or breaks its contract.
    """
    from sightkit.training.augment import compose
    from sightkit.training.host import seeded_build
    from sightkit.training.plan import Plan

    shape, classes = data.image_shape, data.num_classes
    mean, std = data.channel_statistics()
    network_task = ArchitectureTask(image_shape=shape, num_classes=classes, channel_mean=mean, channel_std=std)
    model = build_network(settings.architecture, network_task, seed=settings.seed)
    steps = Plan(data=data, batch_size=settings.training.batch_size, seed=settings.seed, stage=0).steps
    total = steps * settings.training.epochs
    with seeded_build(settings.seed):
        optimizer = build(settings.optimizer, OptimizerTask(total_steps=total, steps_per_epoch=steps))
        loss = build_function(settings.loss, LossTask(num_classes=classes))
        augmentation_task = AugmentationTask(image_shape=shape, num_classes=classes)
        transforms = [build_transform(use, augmentation_task) for use in settings.augmentations]
    rate_task = ScheduleTask(learning_rate=initial_rate(settings), total_steps=total, steps_per_epoch=steps)
    return Parts(
        model=model,
        optimizer=optimizer,
        schedule=build_function(settings.schedule, rate_task),
        loss=loss,
        augment=compose(transforms, image_shape=shape) if transforms else None,
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
