"""AdamW: Adam that pulls weights towards zero beside its updates."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Beta1, Beta2, Epsilon, LearningRate, WeightDecay

if TYPE_CHECKING:
    import keras


class AdamWParams(Params):
    """Parameters of ``[optimizer] use = "adamw"``; names and meanings are those of `keras.optimizers.AdamW`.

    Source: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019. Adam with a `weight_decay` is the
    same; this one decays by default.
    """

    learning_rate: LearningRate = 1e-3
    weight_decay: WeightDecay = 0.004
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    amsgrad: bool = Field(False, description="Whether the average of squares may never shrink (AMSGrad).")


def build_adamw(params: AdamWParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' AdamW."""
    import keras

    return keras.optimizers.AdamW(**params.model_dump())


@hookimpl
def sightkit_optimizers() -> list[Optimizer[AdamWParams]]:
    """Offer AdamW."""
    return [
        Optimizer(
            name="adamw",
            summary="Adam with weight decay.",
            params=AdamWParams,
            build=build_adamw,
        )
    ]
