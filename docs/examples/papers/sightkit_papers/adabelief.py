"""AdaBelief: Adam that takes long steps where gradients are as foreseen, short ones where they surprise."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class AdaBeliefParams(Params):
    """Parameters of ``[optimizer] use = "adabelief"``.

    Source: Zhuang et al., "AdaBelief Optimizer: Adapting Stepsizes by the Belief in Observed Gradients", NeurIPS 2020.
    """

    learning_rate: float = Field(1e-3, gt=0, description="The learning rate, before the schedule.")
    beta_1: float = Field(0.9, ge=0, lt=1, description="Decay a step of the running average of gradients.")
    beta_2: float = Field(0.999, ge=0, lt=1, description="Decay a step of the running average of squared surprise.")
    epsilon: float = Field(1e-14, gt=0, description="Added to the squared surprise and to the denominator.")
    weight_decay: float = Field(
        0.0, ge=0, description="Decoupled weight decay a step, multiplied by the learning rate; 0 for none."
    )


def build_adabelief(params: AdaBeliefParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return AdaBelief."""
    from sightkit_papers._adabelief_rule import AdaBelief

    return AdaBelief(**params.model_dump(exclude={"weight_decay"}), weight_decay=params.weight_decay or None)


@hookimpl
def sightkit_optimizers() -> list[Optimizer[AdaBeliefParams]]:
    """Offer AdaBelief."""
    return [
        Optimizer(
            name="adabelief",
            summary="Adam that divides by the surprise of gradients instead of their size.",
            params=AdaBeliefParams,
            build=build_adabelief,
        )
    ]
