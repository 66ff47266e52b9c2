"""Learned filters: the patterns that a network's first convolution looks for, as pictures."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.evaluation.explain.listening import named_layers

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray


def first_kernel(model: keras.Model) -> tuple[str, NDArray[np.float32]] | None:
    """Return the name of a model's first convolution and its kernel, ``(height, width, channels, filters)``.

    ``None`` where there is none. First is the one that the model lists first, as functional and sequential models do.
    """
    for name, layer in named_layers(model).items():
        kernel = getattr(layer, "kernel", None)
        if kernel is not None and len(kernel.shape) == 4:
            return name, np.asarray(kernel, np.float32)
    return None


def filter_pixels(kernel: NDArray[np.float32]) -> NDArray[np.uint8] | None:
    """Return filters as pictures uint8 ``(filters, height, width, channels)``.

    Middle grey is a weight of zero; the largest weight of each filter is white, or black where it is negative. ``None``
    where the filters see neither grey nor RGB: no picture has so many colours.

    Args:
        kernel: ``(height, width, channels, filters)``.
    """
    if kernel.shape[2] not in (1, 3):
        return None
    filters = np.moveaxis(kernel, 3, 0)
    largest = np.abs(filters).max(axis=(1, 2, 3), keepdims=True)
    shares = np.divide(filters, largest, out=np.zeros_like(filters), where=largest > 0)
    pixels: NDArray[np.uint8] = np.rint(127.5 + 127.5 * shares).astype(np.uint8)
    return pixels
