"""Weights from a file into a backbone: found by name, compared in shape, finite; nothing is loaded by order."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import ArtefactError, BuildError
from sightkit_plugins.architectures._published import Published, same
from sightkit_plugins.architectures._stored import StoredArray, StoredLayer, StoredLayers, reading

if TYPE_CHECKING:
    import keras

SUFFIXES = (".weights.h5", ".h5", ".hdf5", ".keras", ".safetensors")


def check_file(path: Path) -> None:
    """Refuse a file that isn't there or whose name says that it holds no weights.

    Raises:
        BuildError: which file, and what was expected.
    """
    expected = f'expected "imagenet", "none" or a file that ends in {", ".join(SUFFIXES)}'
    if not path.is_file():
        found = "a folder" if path.is_dir() else "no such file"
        message = f'architecture.weights = "{path}": {expected}, found {found}'
        raise BuildError(message)
    if not path.name.endswith(SUFFIXES):
        message = f'architecture.weights = "{path}": {expected}'
        raise BuildError(message)


def load_weights(backbone: keras.Model, path: Path, *, published: Published | None = None) -> None:
    """Give a backbone the weights in a file.

    A file that keras.applications publishes, which its digest tells, goes to Keras' own reader: some of these have
    names from before 2018 (``convolution2d_1``), and of them alone the order is known to be right. Every other file is
    read as data, layer by layer, and whatever else is in it, such as a classifier, is left alone.

    Args:
        backbone: Of layers with the names that keras.applications gives them.
        path: The file.
        published: Which file keras.applications has for this backbone.

    Raises:
        ArtefactError: the file is damaged, its first layer that doesn't fit, or weights that are not finite.
    """
    if published is not None and published.is_at(path):
        with reading(path):
            backbone.load_weights(path)
        check_finite(backbone, path)
        return
    with reading(path), layers_in(path) as layers:
        assign(backbone, layers, path, old_name=published.old_name if published else same)


@contextmanager
def layers_in(path: Path) -> Iterator[StoredLayers]:
    """Open a file and give the layers in it."""
    from sightkit_plugins.architectures._hdf5 import opened, stored_layers
    from sightkit_plugins.architectures._safetensors import safetensors_layers

    if path.suffix == ".safetensors":
        with safetensors_layers(path) as layers:
            yield layers
    else:
        with opened(path) as file:
            yield stored_layers(file)


def assign(backbone: keras.Model, layers: StoredLayers, path: Path, *, old_name: Callable[[str], str]) -> None:
    """Give each layer of a backbone its weights, once the shapes of all of them are known to fit."""
    from sightkit_plugins.architectures._pairing import UnlikeError, pairs

    try:
        fitting = [(layer, arrays_for(layer, found)) for layer, found in pairs(backbone, layers, old_name=old_name)]
    except UnlikeError as error:
        message = f"{path}: {error}; expected weights of this architecture with these parameters"
        raise ArtefactError(message) from error
    for layer, arrays in fitting:
        for variable, array in zip(layer.weights, arrays, strict=True):
            values = array.read()
            refuse_non_finite(values, layer.name, variable.name, path)
            variable.assign(values.astype(variable.dtype))
        if hasattr(layer, "finalize_state"):  # keras.layers.Normalization computes with what it makes of its weights
            layer.finalize_state()


def arrays_for(layer: keras.layers.Layer, found: StoredLayer) -> list[StoredArray]:
    """Return the stored arrays in the order of a layer's variables.

    By name where the file has the names of Keras 3. It may have others (``W_1``, ``depthwise_kernel``, ``0``): then in
    the order within the layer, which has always been the same.

    Raises:
        UnlikeError: there are fewer, more or others, or their shapes differ.
    """
    from sightkit_plugins.architectures._pairing import UnlikeError

    variables = layer.weights
    by_name = {array.name: array for array in found.arrays}
    known = [variable.name for variable in variables if variable.name in by_name]
    arrays = [by_name[name] for name in known] if known else list(found.arrays)
    if len(arrays) != len(variables) or len(found.arrays) != len(variables):
        expected = ", ".join(f"{variable.name} {tuple(variable.shape)}" for variable in variables)
        has = ", ".join(f"{array.name} {array.shape}" for array in found.arrays)
        message = f'layer "{layer.name}": expected {expected}, found {has}'
        raise UnlikeError(message)
    for variable, array in zip(variables, arrays, strict=True):
        if tuple(variable.shape) != array.shape:
            message = (
                f'layer "{layer.name}": expected {variable.name} of shape {tuple(variable.shape)}, found {array.shape}'
            )
            raise UnlikeError(message)
    return arrays


def check_finite(backbone: keras.Model, path: Path) -> None:
    """Refuse weights that a backbone was given, if they are not finite."""
    from sightkit_plugins.architectures._pairing import counted_layers

    for layer in counted_layers(backbone).values():
        for variable in layer.weights:
            refuse_non_finite(variable.numpy(), layer.name, variable.name, path)


def refuse_non_finite(values: Any, layer: str, name: str, path: Path) -> None:
    """Refuse values that are not finite numbers.

    Raises:
        ArtefactError: the layer.
    """
    import numpy as np

    if values.dtype.kind == "V":  # what NumPy calls a bfloat16
        values = values.astype(np.float32)
    if values.dtype.kind not in "fiu" or not np.isfinite(values).all():
        message = f'{path}: layer "{layer}": expected finite numbers in {name}, found NaN, infinity or no numbers'
        raise ArtefactError(message)
