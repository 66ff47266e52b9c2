"""Searching for a learning rate: the model built, the stages before trained, the range test done, all put back."""

from __future__ import annotations

import math
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import ConfigError
from sightkit.experiment.stages import stages_of
from sightkit.runs.building.parts import build_parts
from sightkit.runs.building.stages import initial_rate
from sightkit.runs.rates.curve import LEAST
from sightkit.runs.rates.result import RateSearch
from sightkit.runs.rates.training import Trial, rising_losses, train_before

if TYPE_CHECKING:
    from sightkit.experiment import ExperimentSettings
    from sightkit.experiment.settings import TrainingSettings
    from sightkit.images import PreparedData
    from sightkit.runs.building.parts import Parts
    from sightkit.runs.display import Display
    from sightkit.training.devices.replicas import Replicas


def search_rates(
    settings: ExperimentSettings,
    data: PreparedData,
    *,
    stage: int,
    steps: int,
    low: float,
    high: float,
    display: Display,
) -> RateSearch:
    """Train a stage for some steps whose learning rate rises by equal factors, until it diverges.

    All else is as in a run, but for the policies that watch epochs, for extensions, and for the other machines of a
    cluster, which are not waited for. A frozen backbone sees the images themselves: so few steps don't repay computing
    the features of all. Nothing is written, and a model that was handed over in Python is put back as it was.

    Source: Smith, "Cyclical Learning Rates for Training Neural Networks", WACV 2017, section 3.3. The rates rise
    linearly there; by equal factors as many steps are spent on each order of magnitude.

    Args:
        settings: The experiment's.
        data: Its images.
        stage: Which one it is for, counted from 1. Those before it are trained first, to their last epoch.
        steps: Updates of the weights, at most.
        low: The first learning rate.
        high: The last one.
        display: Who watches.

    Raises:
        DivergedError: the training diverges before there are enough steps to say anything.
        SightkitError: of another kind, as training raises it.
    """
    stages = stages_of(settings)
    display.building(settings.training)
    parts = build_parts(settings, data, replicas_of(settings.training))
    trial = Trial(settings=settings, data=data, parts=parts, number=stage - 1, display=display)
    rates = np.geomspace(low, high, steps)
    with put_back(parts):
        train_before(trial)
        losses = rising_losses(trial, rates)
    place = f"training.stages.{stage - 1}." if settings.training.stages else ""
    return RateSearch(
        title=settings.name if len(stages) == 1 else f"{settings.name}, stage {stage}",
        key=f"{place}optimizer.learning_rate",
        current=initial_rate(stages[stage - 1].optimizer),
        rates=rates[: len(losses)],
        losses=losses,
        steps=steps,
    )


def check_arguments(settings: ExperimentSettings, *, stage: int, steps: int, low: float, high: float) -> None:
    """Refuse what nothing can be found with, before anything is prepared for it.

    Raises:
        ConfigError: which argument it is.
    """
    stages = len(stages_of(settings))
    if not 1 <= stage <= stages:
        message = f"stage: expected a number from 1 to {stages}, as many as the training has stages, found {stage}"
        raise ConfigError(message)
    if steps < 2 * LEAST:
        message = f"steps: expected at least {2 * LEAST}, found {steps}; fewer losses say nothing"
        raise ConfigError(message)
    if not 0 < low < high < math.inf:
        message = f"low, high: expected two learning rates, 0 < low < high, found {low:g} and {high:g}"
        raise ConfigError(message)


def replicas_of(training: TrainingSettings) -> Replicas:
    """Return the devices of this machine that a training is distributed on."""
    from sightkit.training.devices.cluster import cluster_for
    from sightkit.training.devices.distribution import choose_strategy
    from sightkit.training.devices.replicas import Replicas

    alone = cluster_for(training.distribution).workers == 1
    return Replicas(choose_strategy(training.distribution if alone else "none", training.replicas))


@contextmanager
def put_back(parts: Parts) -> Iterator[None]:
    """Leave the model as it was found: it may be one that was handed over in Python."""
    from sightkit.training.state.variables import give, take

    variables = {"model": parts.model.variables}
    found = take(variables, parts.replicas)
    try:
        yield
    finally:
        parts.freezing.apply("none")
        give(variables, found, parts.replicas)
