"""RMSprop: updates scaled by a running average of the gradient's square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Epsilon, LearningRate, Momentum, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class RMSpropParams(Params):
    """Parameters of ``[optimizer] use = "rmsprop"``; names and meanings are those of `keras.optimizers.RMSprop`.

    Source: Tieleman & Hinton, "Lecture 6.5: RMSprop", Neural Networks for Machine Learning, Coursera, 2012.
    """

    learning_rate: LearningRate = 1e-3
    rho: float = Field(0.9, ge=0, lt=1, description="Decay a step of the running average of the gradients' squares.")
    momentum: Momentum = 0.0
    epsilon: Epsilon = 1e-7
    centered: bool = Field(
        False, description="Whether updates are scaled by the gradient's variance, instead of the mean of its square."
    )
    weight_decay: WeightDecay = 0.0


def build_rmsprop(params: RMSpropParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' RMSprop."""
    import keras

    return keras.optimizers.RMSprop(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[RMSpropParams]]:
    """Offer RMSprop."""
    return [
        Optimizer(
            name="rmsprop",
            summary="Updates scaled by the recent size of the gradient.",
            params=RMSpropParams,
            build=build_rmsprop,
        )
    ]
