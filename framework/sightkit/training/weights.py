"""Weights on disk: a safetensors file, its entries keyed by order, since Keras' automatic names depend on history."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from sightkit.files import replacing

if TYPE_CHECKING:
    import keras


def save_weights(path: Path, model: keras.Model) -> None:
    """Write all weights of a model, trained or not, replacing the file in one step.

    Raises:
        StorageError: the file cannot be written; what was there before still is.
    """
    from safetensors.numpy import save

    arrays = {f"{index:05d}": np.ascontiguousarray(variable.numpy()) for index, variable in enumerate(model.weights)}
    names = {f"{index:05d}": str(variable.path) for index, variable in enumerate(model.weights)}
    with replacing(path) as file:
        file.write(save(arrays, metadata=names))


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 over all weights in their order, in hexadecimal: equal for equal weights only."""
    digest = hashlib.sha256()
    for variable in model.weights:
        value = variable.numpy()
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
