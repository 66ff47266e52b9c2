"""Networks that have learned to tell bright patches apart."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache

import keras
import numpy as np
import pytest

from patches import KINDS, network, patches
from sightkit.training.devices.host import seeded_build


@pytest.fixture(scope="session")
def trained() -> Callable[..., keras.Model]:
    """Return a trained network, ``trained("nested", channels=3)``; all kinds share the weights."""

    @cache
    def parts(channels: int) -> list[keras.Model]:
        images, labels, _ = patches(512, channels=channels, seed=1)
        with seeded_build(0):
            model = network(channels)
            model.compile(keras.optimizers.Adam(0.01), keras.losses.SparseCategoricalCrossentropy(from_logits=True))
            model.fit(images / np.float32(255), labels, epochs=10, batch_size=16, verbose=0, shuffle=False)
        return model.layers[1:]

    @cache
    def get(kind: str, channels: int = 1) -> keras.Model:
        return KINDS[kind](*parts(channels))

    return get
