"""Signum: steps of one length, in the direction of the sign of the averaged gradient."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from sightkit import Optimizer, OptimizerTask, Params, hookimpl

if TYPE_CHECKING:
    import keras


class SignumParams(Params):
    """Parameters of ``[optimizer] use = "signum"``.

    Source: Bernstein et al., "signSGD: Compressed Optimisation for Non-Convex Problems", ICML 2018.
    """

    learning_rate: float = Field(1e-3, gt=0, description="The change of each weight in a step, before the schedule.")
    momentum: float = Field(0.9, ge=0, lt=1, description="Decay a step of the running average of gradients.")


def build_signum(params: SignumParams, _task: OptimizerTask) -> keras.optimizers.Optimizer:
    """Return Signum, which is Lion with one decay for both of its averages."""
    import keras

    return keras.optimizers.Lion(params.learning_rate, beta_1=params.momentum, beta_2=params.momentum)


@hookimpl
def sightkit_optimizers() -> list[Optimizer[SignumParams]]:
    """Offer Signum."""
    return [
        Optimizer(
            name="signum",
            summary="The sign of the averaged gradient.",
            params=SignumParams,
            build=build_signum,
        )
    ]
