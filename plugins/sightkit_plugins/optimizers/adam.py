"""Adam: updates scaled by running averages of the gradient and its square."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Beta1, Beta2, Epsilon, LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class AdamParams(Params):
    """Parameters of ``[optimizer] use = "adam"``; names and meanings are those of `keras.optimizers.Adam`.

    Source: Kingma & Ba, "Adam: A Method for Stochastic Optimization", ICLR 2015; AMSGrad: Reddi et al., "On the
    Convergence of Adam and Beyond", ICLR 2018.
    """

    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = Field(False, description="Whether the average of squares may never shrink (AMSGrad).")
    weight_decay: WeightDecay = 0.0


def build_adam(params: AdamParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Adam."""
    import keras

    return keras.optimizers.Adam(**keras_arguments(params))


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
