"""Nadam: Adam whose momentum looks ahead."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit import Optimizer, OptimizerTask, Params, hookimpl
from sightkit_plugins.optimizers._parameters import Beta1, Beta2, Epsilon, LearningRate, WeightDecay, keras_arguments

if TYPE_CHECKING:
    import keras


class NadamParams(Params):
    """Parameters of ``[optimizer] use = "nadam"``; names and meanings are those of `keras.optimizers.Nadam`.

    Source: Dozat, "Incorporating Nesterov Momentum into Adam", ICLR 2016 workshop.
    """

    learning_rate: LearningRate = 1e-3
    beta_1: Beta1 = 0.9
    beta_2: Beta2 = 0.999
    epsilon: Epsilon = 1e-7
    weight_decay: WeightDecay = 0.0


def build_nadam(params: NadamParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Keras' Nadam."""
    import keras

    return keras.optimizers.Nadam(**keras_arguments(params))


@hookimpl
def sightkit_optimizers() -> list[Optimizer[NadamParams]]:
    """Offer Nadam."""
    return [
        Optimizer(
            name="nadam",
            summary="Adam whose momentum looks ahead.",
            params=NadamParams,
            build=build_nadam,
        )
    ]
