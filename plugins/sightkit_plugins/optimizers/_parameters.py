"""Parameters that several optimizers have, and how they are given to Keras."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import Field

from sightkit import Params

LearningRate = Annotated[float, Field(gt=0, description="The learning rate, before the schedule.")]
Beta1 = Annotated[float, Field(ge=0, lt=1, description="Decay a step of the running average of gradients.")]
Beta2 = Annotated[float, Field(ge=0, lt=1, description="Decay a step of the running average of their squares.")]
Epsilon = Annotated[float, Field(gt=0, description="Added to the denominator of the update.")]
Momentum = Annotated[float, Field(ge=0, lt=1, description="How much of the last update is kept; 0 for none.")]
WeightDecay = Annotated[
    float, Field(ge=0, description="Decoupled weight decay a step, multiplied by the learning rate; 0 for none.")
]
"""Decoupled: Loshchilov & Hutter, "Decoupled Weight Decay Regularization", ICLR 2019."""


def keras_arguments(params: Params) -> dict[str, Any]:
    """Return parameters as Keras takes them: no weight decay is ``None`` there, and nothing is computed for it."""
    arguments = params.model_dump()
    return arguments | {"weight_decay": arguments["weight_decay"] or None}
