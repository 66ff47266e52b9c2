"""LAMB: Adam's updates, scaled for each variable to the size of its weights."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Beta1, Beta2, Epsilon, LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class LambParams(Params):
    """Parameters of ``[optimizer] use = "lamb"``; names and meanings are those of `keras.optimizers.Lamb`.

    Source: You et al., "Large Batch Optimization for Deep Learning: Training BERT in 76 minutes", ICLR 2020. There the
    weight decay is part of the update that is scaled; in Keras it is decoupled.
    """

    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    weight_decay: WeightDecay = 0.0


def build_lamb(params: LambParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' LAMB."""
    import keras

    return keras.optimizers.Lamb(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[LambParams]]:
    """Offer LAMB."""
    return [
        Optimizer(
            name="lamb",
            summary="Adam scaled to the size of each layer's weights; for large batches.",
            params=LambParams,
            build=build_lamb,
        )
    ]
