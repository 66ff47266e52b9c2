"""Adam: updates scaled by running averages of the gradient and its square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class AdamParams(Params):
    """Parameters of ``[optimizer] use = "adam"``; names and meanings are those of `keras.optimizers.Adam`.

    Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015; weight decay is decoupled from the
    gradient as in Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019.
    """

    learning_rate: float = Field(1e-3, gt=0, description="The learning rate, before the schedule.")
    beta_1: float = Field(0.9, ge=0, lt=1, description="Decay a step of the running average of gradients.")
    beta_2: float = Field(0.999, ge=0, lt=1, description="Decay a step of the running average of their squares.")
    epsilon: float = Field(1e-7, gt=0, description="Added to the denominator of the update.")
    amsgrad: bool = Field(False, description="Whether the average of squares may never shrink (AMSGrad).")
    weight_decay: float = Field(
        0.0, ge=0, description="Decoupled weight decay a step, multiplied by the learning rate; 0 for none."
    )


def build_adam(params: AdamParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Adam."""
    import keras

    return keras.optimizers.Adam(**{**params.model_dump(), "weight_decay": params.weight_decay or None})


@hookimpl
def sightkit_optimizers() -> list[Optimizer[AdamParams]]:
    """Offer Adam."""
    return [
        Optimizer(
            name="adam",
            summary="Adaptive moments; a good first choice.",
            params=AdamParams,
            build=build_adam,
        )
    ]
