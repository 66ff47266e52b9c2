"""The layers of a Keras model, those of models inside it in their place."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


def leaves(model: keras.Model) -> Iterator[keras.Layer]:
    """Yield the layers that are no models themselves, from the images to the logits."""
    for _, layer in leaves_by_path(model):
        yield layer


def leaves_by_path(model: keras.Model, *, inside: str = "") -> Iterator[tuple[str, keras.Layer]]:
    """Yield the same, each after its name with those of the models that it is in: ``"backbone/stem"``."""
    import keras

    for layer in model.layers:
        path = f"{inside}{layer.name}"
        if isinstance(layer, keras.Model):
            yield from leaves_by_path(layer, inside=f"{path}/")
        else:
            yield path, layer
