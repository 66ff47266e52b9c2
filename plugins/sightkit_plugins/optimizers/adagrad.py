"""Adagrad: updates scaled by the sum of all squared gradients so far."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Epsilon, LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class AdagradParams(Params):
    """Parameters of ``[optimizer] use = "adagrad"``; names and meanings are those of `keras.optimizers.Adagrad`.

    Source: Duchi, Hazan & Singer, "Adaptive Subgradient Methods for Online Learning and Stochastic Optimization",
    JMLR 12, 2011. Its steps shrink all the time, so that it wants a higher learning rate than others.
    """

    learning_rate: LearningRate = 1e-3
    initial_accumulator_value: float = Field(0.1, ge=0, description="What the sum of squared gradients starts from.")
    epsilon: Epsilon = 1e-7
    weight_decay: WeightDecay = 0.0


def build_adagrad(params: AdagradParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Adagrad."""
    import keras

    return keras.optimizers.Adagrad(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[AdagradParams]]:
    """Offer Adagrad."""
    return [
        Optimizer(
            name="adagrad",
            summary="Steps that shrink with every gradient seen.",
            params=AdagradParams,
            build=build_adagrad,
        )
    ]
