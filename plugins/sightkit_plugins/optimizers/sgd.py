"""SGD: stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import LearningRate, Momentum, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class SGDParams(Params):
    """Parameters of ``[optimizer] use = "sgd"``; names and meanings are those of `keras.optimizers.SGD`."""

    learning_rate: LearningRate = 0.01
    momentum: Momentum = 0.9
    nesterov: bool = Field(False, description="Whether momentum looks ahead (Nesterov).")
    weight_decay: WeightDecay = 0.0


def build_sgd(params: SGDParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' SGD."""
    import keras

    return keras.optimizers.SGD(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[SGDParams]]:
    """Offer SGD."""
    return [
        Optimizer(
            name="sgd",
            summary="Stochastic gradient descent with momentum.",
            params=SGDParams,
            build=build_sgd,
        )
    ]
