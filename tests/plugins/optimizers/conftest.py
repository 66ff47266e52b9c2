"""One weight and some gradients: enough to see an optimizer's rule."""

from __future__ import annotations

from collections.abc import Callable

import keras
import pytest

from sightkit import OptimizerTask


@pytest.fixture(scope="session")
def weight_after() -> Callable[..., float]:
    """Return where a weight of 1 is after a step for each gradient."""

    def run(build, params, *gradients: float) -> float:
        weight = keras.Variable(1.0)
        optimizer = build(params, OptimizerTask(total_steps=10, steps_per_epoch=5))
        for gradient in gradients:
            optimizer.apply([gradient + 0 * weight.value], [weight])
        return float(weight.value)

    return run
