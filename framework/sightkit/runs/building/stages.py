"""A stage of an experiment, built: its batches, what of the network is trained, optimizer and schedule."""

from __future__ import annotations

import math
from functools import partial
from typing import TYPE_CHECKING, Any

from sightkit.contracts import OptimizerTask, ScheduleTask
from sightkit.errors import ConfigError, PluginError
from sightkit.experiment import ExperimentSettings
from sightkit.experiment.stages import stages_of
from sightkit.runs.building.build import build, build_function, described
from sightkit.use import Use

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import ScheduleFunction
    from sightkit.experiment.settings import ImagesSettings
    from sightkit.experiment.stages import Stage as StageSettings
    from sightkit.images import PreparedData
    from sightkit.runs.building.parts import Parts
    from sightkit.runs.features.stage import HeadTraining
    from sightkit.training.batches.plan import Plan
    from sightkit.training.devices.replicas import Replicas
    from sightkit.training.loop.stage import Stage
    from sightkit.training.networks.network import Classifier


def build_stage(
    settings: ExperimentSettings,
    stage: StageSettings,
    parts: Parts,
    data: PreparedData,
    *,
    number: int,
    on_features: HeadTraining | None = None,
    schedule: ScheduleFunction | None = None,
) -> Stage:
    """Build a stage: what is frozen, a fresh optimizer over the rest, and a schedule from its beginning.

    Args:
        settings: The experiment's.
        stage: What it says of this stage.
        parts: What all stages share.
        data: The images.
        number: Of the stage, counted from 0.
        on_features: What is trained in the place of the whole model, where its features are known.
        schedule: The learning rate at a step, in the place of what the stage says.

    Raises:
        SightkitError: a component refuses the task, failed, or breaks its contract; there is no such layer to freeze.
    """
    from sightkit.training.devices.host import seeded_build
    from sightkit.training.loop.stage import Stage
    from sightkit.training.steps.optimization import set_up
    from sightkit.training.steps.step import trainable_variables

    training = settings.training
    plan = build_plan(settings, data, stage=number, replicas=parts.replicas.count)
    parts.freezing.apply(stage.freeze)
    with parts.replicas.scope(), seeded_build(settings.seed):
        model = on_features.head if on_features else trained_model(parts.classifier, freeze=stage.freeze)
    optimizer = build_optimizer(settings, stage, plan, parts.replicas)
    set_up(optimizer, trainable_variables(model), clip_norm=training.clip_norm, decay=training.decay)
    return Stage(
        model,
        plan,
        shown=parts.model,
        optimizer=optimizer,
        schedule=schedule or build_schedule(stage, plan),
        loss=parts.loss,
        class_weights=parts.class_weights,
        augment=None if on_features else parts.augment,
        mixes=bool(parts.mixing) and not on_features,
        accumulate=training.accumulate,
        ema=training.ema,
        # A head alone is one level, and learns at the full rate.
        update_scales=None if on_features else scales_of(stage, model),
        statistics=parts.statistics,
        replicas=parts.replicas,
        feed=on_features.feed if on_features else None,
        memory=memory_budget(settings.images),
    )


def check_stages(settings: ExperimentSettings, parts: Parts, data: PreparedData) -> None:
    """Find out before the first step what would end the training when a later stage begins.

    Raises:
        SightkitError: see `build_stage`; where there are several stages, mistakes of the experiment name theirs.
    """
    stages = stages_of(settings)
    for number, stage in enumerate(stages):
        try:
            check_stage(settings, stage, parts, data, number=number)
        except ConfigError as error:
            if len(stages) == 1:
                raise
            message = f"training.stages.{number}: {error}"
            raise ConfigError(message) from error
    parts.freezing.apply("none")


def check_stage(
    settings: ExperimentSettings, stage: StageSettings, parts: Parts, data: PreparedData, *, number: int
) -> None:
    """Refuse a stage that can't be built, or would never update a weight."""
    plan = build_plan(settings, data, stage=number, replicas=parts.replicas.count)
    accumulate, total = settings.training.accumulate, plan.steps * stage.epochs
    if accumulate > total:
        message = (
            f"training.accumulate = {accumulate}: the {total:,} steps of this stage would never update the weights; "
            f"expected at most {total:,}, or more epochs"
        )
        raise ConfigError(message)
    parts.freezing.apply(stage.freeze)
    scales_of(stage, parts.model)
    build_optimizer(settings, stage, plan, parts.replicas)
    build_schedule(stage, plan)


def build_optimizer(
    settings: ExperimentSettings, stage: StageSettings, plan: Plan, replicas: Replicas
) -> keras.optimizers.Optimizer:
    """Return a fresh optimizer of a stage, under the experiment's seed.

    Raises:
        PluginError: the component failed, or built something else.
    """
    import keras

    from sightkit.training.devices.host import seeded_build

    task = OptimizerTask(total_steps=plan.steps * stage.epochs, steps_per_epoch=plan.steps)
    with replicas.scope(), seeded_build(settings.seed):
        optimizer = build(stage.optimizer, task)
    if not isinstance(optimizer, keras.optimizers.Optimizer):
        message = f"{described(stage.optimizer)} built {optimizer!r}; expected a keras.optimizers.Optimizer"
        raise PluginError(message)
    return optimizer


def build_schedule(stage: StageSettings, plan: Plan) -> ScheduleFunction:
    """Return the learning rate at each step of a stage.

    The function raises a PluginError that names the schedule where it gives something else than a rate.
    """
    from sightkit.training.loop.rate import rate_at

    rate, total = initial_rate(stage.optimizer), plan.steps * stage.epochs
    task = ScheduleTask(learning_rate=rate, total_steps=total, steps_per_epoch=plan.steps)
    return partial(rate_at, build_function(stage.schedule, task), whose=described(stage.schedule))


def scales_of(stage: StageSettings, model: keras.Model) -> list[float] | None:
    """Return what the update of each trainable variable of a model is multiplied by; ``None`` for 1."""
    from sightkit.training.networks.layers import update_scales

    return update_scales(model, decay=stage.layer_decay) if stage.layer_decay < 1 else None


def trained_model(classifier: Classifier, *, freeze: str) -> keras.Model:
    """Return the model that a stage trains on images: a frozen backbone never runs as in training."""
    return classifier.with_frozen_backbone() if freeze == "backbone" else classifier.model


def build_plan(settings: ExperimentSettings, data: PreparedData, *, stage: int = 0, replicas: int = 1) -> Plan:
    """Return the batches of a stage, counted from 0, that so many replicas share.

    Raises:
        ConfigError: there are none.
    """
    from sightkit.training.batches.plan import Plan

    training = settings.training
    return Plan(
        data=data,
        batch_size=training.batch_size,
        seed=settings.seed,
        stage=stage,
        sampling=training.sampling,
        drop_last=training.drop_last,
        replicas=replicas,
    )


def memory_budget(images: ImagesSettings) -> float:
    """Return the bytes of prepared images that training may hold in memory: what was asked for, or half of the free."""
    from sightkit.images.memory import available_memory

    if images.memory is not None:
        return images.memory * 1e9
    free = available_memory()
    return math.inf if free is None else free / 2


def initial_rate(use: Use[Any]) -> float:
    """Return an optimizer's learning rate, which the schedule starts from.

    Raises:
        PluginError: the optimizer's parameters have none.
    """
    rate = getattr(use.params, "learning_rate", None)
    if not isinstance(rate, float | int):
        message = (
            f'optimizer "{use.name}" (from {use.found.origin}): its params have no number learning_rate; expected one, '
            "since schedules start from it"
        )
        raise PluginError(message)
    return float(rate)
