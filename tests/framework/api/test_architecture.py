"""An architecture built without an experiment."""

from __future__ import annotations

import numpy as np
import pytest

import sightkit


def test_build_architecture_returns_a_plain_keras_model() -> None:
    import keras

    model = sightkit.build_architecture("basic-cnn", image_shape=(28, 28, 1), num_classes=10, filters=(4, 8))
    again = sightkit.build_architecture("basic-cnn", image_shape=(28, 28, 1), num_classes=10, filters=(4, 8))
    assert isinstance(model, keras.Model)
    assert model(np.zeros((2, 28, 28, 1), np.float32)).shape == (2, 10)
    for first, second in zip(model.get_weights(), again.get_weights(), strict=True):
        np.testing.assert_array_equal(first, second)


def test_build_architecture_tells_wrong_parameters_with_the_nearest_name() -> None:
    with pytest.raises(sightkit.ConfigError, match=r'unknown key "filter".*did you mean "filters"'):
        sightkit.build_architecture("basic-cnn", image_shape=(28, 28, 1), num_classes=10, filter=(4,))
    with pytest.raises(sightkit.ConfigError, match=r'no such architecture.*did you mean "basic-cnn"'):
        sightkit.build_architecture("basic-cn", image_shape=(28, 28, 1), num_classes=10)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"image_shape": (28, 28)}, "image_shape"),
        ({"image_shape": (0, 28, 1)}, "image_shape"),
        ({"num_classes": 0}, "num_classes"),
        ({"num_classes": 2.5}, "num_classes"),
        ({"seed": -1}, "seed"),
    ],
)
def test_build_architecture_tells_which_argument_no_network_can_be_built_for(wrong, named) -> None:
    with pytest.raises(sightkit.ConfigError, match=f"^{named}: expected .* found "):
        sightkit.build_architecture("basic-cnn", **{"image_shape": (28, 28, 1), "num_classes": 3, **wrong})
