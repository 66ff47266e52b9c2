"""Lion: steps of one length, in the direction of the sign of an averaged gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class LionParams(Params):
    """Parameters of ``[optimizer] use = "lion"``; names and meanings are those of `keras.optimizers.Lion`.

    Source: Chen et al., "Symbolic Discovery of Optimization Algorithms", NeurIPS 2023. Its authors take a learning rate
    of a third to a tenth of AdamW's, and three to ten times its weight decay.
    """

    learning_rate: LearningRate = 1e-3
    beta_1: float = Field(0.9, gt=0, lt=1, description="Share of the running average in the direction of a step.")
    beta_2: float = Field(0.99, ge=0, lt=1, description="Decay a step of the running average of gradients.")
    weight_decay: WeightDecay = 0.0


def build_lion(params: LionParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Lion."""
    import keras

    return keras.optimizers.Lion(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[LionParams]]:
    """Offer Lion."""
    return [
        Optimizer(
            name="lion",
            summary="The sign of an averaged gradient; needs less memory than Adam.",
            params=LionParams,
            build=build_lion,
        )
    ]
