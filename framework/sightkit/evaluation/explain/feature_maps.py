"""Feature maps: what the layers of a network make of an image, and which of them are worth a look."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit.evaluation.explain.listening import chosen, listen
from sightkit.evaluation.predict import scaled

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import NDArray

FEW = 5
"""So many layers are shown where none are named."""


@dataclass(frozen=True, slots=True)
class MapLayer:
    """A layer that makes feature maps.

    Attributes:
        name: Its name, with those of the models that it is in where another layer has the same.
        shape: Height, width and channels of its maps.
        result: Whether another convolution, or the head, is computed from them.
    """

    name: str
    shape: tuple[int, int, int]
    result: bool


def map_layers(model: keras.Model, image_shape: tuple[int, int, int]) -> list[MapLayer]:
    """Return the layers that make feature maps, from the images to the logits.

    Args:
        model: float32 images in [0, 1] to float32 logits.
        image_shape: ``(height, width, channels)``.

    Raises:
        ConfigError: there is none.
    """
    import tensorflow as tf

    layers: list[MapLayer] = []

    def run(images: tf.Tensor) -> tf.Tensor:
        heard = listen(model, images)
        layers.extend(MapLayer(name, tuple(maps.shape[1:]), name in heard.results) for name, maps in heard.maps.items())
        return heard.logits

    tf.function(run, autograph=False).get_concrete_function(tf.TensorSpec((1, *image_shape), tf.float32))
    return layers


class FeatureMaps:
    """The feature maps that some layers of a model make, computed with one compiled function.

    Args:
        model: float32 images in [0, 1] to float32 logits.
        layers: The names of the layers.
    """

    def __init__(self, model: keras.Model, layers: Sequence[str]) -> None:
        import tensorflow as tf

        self._model = model
        self._layers = tuple(layers)
        self._compiled = tf.function(self._made, autograph=False)

    def __call__(self, image: NDArray[np.uint8]) -> dict[str, NDArray[np.float32]]:
        """Return what each layer makes of an image uint8 ``(height, width, channels)``, by its name, of its own shape.

        Raises:
            ConfigError: a layer makes no feature maps, or there is no such layer.
        """
        return {name: maps.numpy()[0] for name, maps in self._compiled(image[np.newaxis]).items()}

    def _made(self, images: tf.Tensor) -> dict[str, tf.Tensor]:
        import tensorflow as tf

        maps = listen(self._model, scaled(images)).maps
        return {name: tf.cast(chosen(maps, name), tf.float32) for name in self._layers}


def spread(layers: Sequence[MapLayer], *, count: int = FEW) -> list[str]:
    """Return the names of a few layers spread over the depth of a network, the first and the last among them.

    The last of each size is what a network has made of the images before it halves them: these are taken where there
    are enough of them, else any whose maps other layers see.
    """
    seen = [layer for layer in layers if layer.result]
    lasts = list({layer.shape[:2]: layer.name for layer in seen}.values())
    names = lasts if len(lasts) >= min(count, 3) else [layer.name for layer in seen]
    places = np.linspace(0, len(names) - 1, min(count, len(names)))
    return [names[place] for place in np.rint(places).astype(int)]


def liveliest(maps: NDArray[np.float32], count: int) -> NDArray[np.int64]:
    """Return the channels whose values differ most from place to place, those first that differ more.

    Args:
        maps: ``(height, width, channels)``.
        count: How many, at most.
    """
    spreads = maps.std(axis=(0, 1))
    order: NDArray[np.int64] = np.argsort(-spreads, kind="stable")[:count]
    return order
