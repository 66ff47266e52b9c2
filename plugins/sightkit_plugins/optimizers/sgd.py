"""SGD: stochastic gradient descent, with momentum."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class SGDParams(Params):
    """Parameters of ``[optimizer] use = "sgd"``; names and meanings are those of `keras.optimizers.SGD`."""

    learning_rate: float = Field(0.01, gt=0, description="The learning rate, before the schedule.")
    momentum: float = Field(0.9, ge=0, lt=1, description="How much of the last update is kept; 0 for none.")
    nesterov: bool = Field(False, description="Whether momentum looks ahead (Nesterov).")
    weight_decay: float = Field(
        0.0, ge=0, description="Decoupled weight decay a step, multiplied by the learning rate; 0 for none."
    )


def build_sgd(params: SGDParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' SGD."""
    import keras

    return keras.optimizers.SGD(**{**params.model_dump(), "weight_decay": params.weight_decay or None})


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
