"""Weights in safetensors files, whose keys are the paths of variables: ``Conv1/kernel``."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

from sightkit_plugins.architectures._stored import StoredArray, StoredLayer, StoredLayers


@contextmanager
def safetensors_layers(path: Path) -> Iterator[StoredLayers]:
    """Open a file and give the layers in it; their arrays can be read while it is open.

    Where keys are numbers, as in the files that sightkit writes, the file's metadata says which path each stands for.
    """
    from safetensors import safe_open

    with safe_open(path, framework="numpy") as file:
        names = file.metadata() or {}
        arrays: dict[str, list[StoredArray]] = {}
        for key in file.keys():  # noqa: SIM118  it is no dictionary
            layer, _, name = names.get(key, key).rpartition("/")
            shape = tuple(file.get_slice(key).get_shape())
            arrays.setdefault(layer, []).append(StoredArray(name, shape, partial(file.get_tensor, key)))
        layers: dict[str, list[StoredLayer]] = {}
        for place, found in arrays.items():
            layers.setdefault(place.rpartition("/")[2], []).append(StoredLayer(place, tuple(found)))
        yield layers
