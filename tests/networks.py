"""Architectures built for tests, and their weights in files."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from sightkit import Architecture, ArchitectureTask, Network, Registry
from sightkit.training.devices.host import seeded_build


def task(shape: tuple[int, int, int] = (32, 32, 3), classes: int = 4) -> ArchitectureTask:
    channels = shape[2]
    return ArchitectureTask(
        image_shape=shape, num_classes=classes, channel_mean=(0.5,) * channels, channel_std=(0.25,) * channels
    )


def build(
    name: str, shape: tuple[int, int, int] = (32, 32, 3), *, seed: int = 0, classes: int = 4, **params: Any
) -> Any:
    component = Registry().catalogue.find(Architecture, name).component
    with seeded_build(seed):
        return component.build(component.params(**params), task(shape, classes))


def mobilenet(**params: Any) -> Network:
    """The quickest of the pretrained networks."""
    return build("mobilenet", **{"alpha": 0.35, "weights": "none", **params})


def randomise(model: Any, *, seed: int = 1) -> None:
    """Give a model weights that no initialiser would, all different and above zero, as variances have to be."""
    generator = np.random.default_rng(seed)
    for variable in model.weights:
        variable.assign((0.01 + 0.1 * generator.random(variable.shape)).astype(variable.dtype))


def same_weights(first: Any, second: Any) -> bool:
    return all(
        np.array_equal(one.numpy(), other.numpy()) for one, other in zip(first.weights, second.weights, strict=True)
    )


def save_safetensors(path: Path, model: Any) -> None:
    from safetensors.numpy import save_file

    save_file({variable.path: np.asarray(variable.numpy()) for variable in model.weights}, path)


def save_legacy(path: Path, model: Any, *, rename: Callable[[str], str] = str, inside: str = "") -> None:
    """Write weights as Keras 2 did: a group for each layer, in it its variables under their names of that time.

    Args:
        path: The file.
        model: Whose layers.
        rename: What the file calls a layer.
        inside: The nested model that all layers are in, where they are.
    """
    import h5py

    with h5py.File(path, "w") as file:
        names = [rename(layer.name) for layer in model.layers]
        file.attrs["layer_names"] = [inside or name for name in names][: 1 if inside else None]
        file.attrs["keras_version"] = "2.2.4"
        file.attrs["backend"] = "tensorflow"
        for layer, name in zip(model.layers, names, strict=True):
            group = file.require_group(inside or name)
            prefix = "depthwise_" if type(layer).__name__ == "DepthwiseConv2D" else ""
            weights = [f"{name}/{prefix}{variable.name}:0" for variable in layer.weights]
            group.attrs["weight_names"] = [*group.attrs.get("weight_names", ()), *weights]
            for weight, variable in zip(weights, layer.weights, strict=True):
                group[weight] = variable.numpy()


def perceptron(task: ArchitectureTask) -> Any:
    """The smallest network there is, with numbers so large that it learns in few steps."""
    import keras

    head = keras.layers.Dense(task.num_classes, kernel_initializer="zeros")
    layers = [keras.layers.Flatten(), keras.layers.Rescaling(40, -20), head]
    return keras.Sequential([keras.Input(task.image_shape), *layers])
