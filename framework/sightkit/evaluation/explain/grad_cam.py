"""Grad-CAM: where in an image a network sees what speaks for a class."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import ConfigError
from sightkit.evaluation.batchwise import Batchwise
from sightkit.evaluation.explain.listening import chosen, listen
from sightkit.evaluation.predict import scaled

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
    from numpy.typing import NDArray

    from sightkit.images.prepared import ImageArray

PREDICTED = -1
"""Stands for the class that the model predicts."""

FEWEST_POSITIONS = 4
"""Height and width of the coarsest maps that are taken where there are finer ones: 3 x 3 hardly say where."""


class GradCam:
    """Draws heat maps with one compiled function of one batch size, see `Batchwise`.

    The heat of a position of the feature maps is what it adds to the logit of a class: the sum over all channels of the
    value there times the logit's gradient there, where that is above zero. Only the part of the network behind the
    feature maps is differentiated.

    Source: Selvaraju et al., "Grad-CAM: Visual Explanations from Deep Networks via Gradient-Based Localization", ICCV
    2017. Their equation 1 takes the mean of the gradient over all positions. That is the same where the network does so
    itself, by averaging its last maps; where it flattens them, or for an earlier layer, places light up that add
    nothing, and others don't that do. So the gradient is taken where it is: Draelos & Carin, "Use HiResCAM instead of
    Grad-CAM for faithful explanations of convolutional neural networks", arXiv:2011.08891, 2020.

    Args:
        model: float32 images in [0, 1] to float32 logits. Its weights are read whenever it is asked.
        layer: Whose feature maps; by default `best_layer`.
        batch_size: Images a call; by default what their shape decides.
    """

    def __init__(self, model: keras.Model, *, layer: str | None = None, batch_size: int | None = None) -> None:
        self._model = model
        self._layer = layer
        self._batchwise = Batchwise(self._heat, batch_size=batch_size)

    def __call__(
        self,
        images: ImageArray,
        rows: NDArray[np.int64] | None = None,
        *,
        classes: NDArray[np.int64] | int = PREDICTED,
    ) -> NDArray[np.float32]:
        """Return heat maps float32 ``(n, height, width)`` of images.

        Each is between 0 and 1, its own largest value; all zeros where nothing speaks for the class.

        Args:
            images: uint8 ``(m, height, width, channels)``.
            rows: Which of them, int64 ``(n,)``; by default all.
            classes: What the heat speaks for: one class for all, or int64 ``(n,)``, one for each row. By default the
                one that the model predicts.

        Raises:
            ConfigError: the model makes no feature maps, or the layer doesn't.
            TypeError: the images aren't uint8; their scale would have to be guessed.
        """
        rows = np.arange(len(images)) if rows is None else rows
        asked = np.broadcast_to(np.asarray(classes, np.int64), rows.shape)
        return np.concatenate(list(self._batchwise(images, rows, asked)))

    def _heat(self, images: tf.Tensor, classes: tf.Tensor) -> tf.Tensor:
        import tensorflow as tf

        with tf.GradientTape(watch_accessed_variables=False) as tape:
            heard = listen(self._model, scaled(images), also=tape.watch)
            asked = tf.where(classes == PREDICTED, tf.argmax(heard.logits, axis=1), classes)
            spoken = tf.gather(heard.logits, asked, batch_dims=1)
        name = self._layer or best_layer({name: tuple(heard.maps[name].shape[1:3]) for name in heard.results})
        values = chosen(heard.maps, name)
        gradients = tape.gradient(spoken, values)
        if gradients is None:
            message = f'layer "{name}": the logits are not computed from its feature maps; choose another layer'
            raise ConfigError(message)
        added = tf.cast(gradients, tf.float32) * tf.cast(values, tf.float32)
        heat = tf.nn.relu(tf.reduce_sum(added, axis=3, keepdims=True))
        heat = tf.image.resize(heat, images.shape[1:3], method="bilinear")
        return tf.math.divide_no_nan(heat, tf.reduce_max(heat, axis=(1, 2), keepdims=True))[..., 0]


def best_layer(sizes: Mapping[str, tuple[int, int]]) -> str:
    """Return the last layer whose maps still say where: the paper takes the last, which know most of classes.

    Small images may leave the last layers a few positions only: it is then the last that has `FEWEST_POSITIONS` in both
    directions, or, where none has, the last of the largest.

    Args:
        sizes: Height and width of the maps of each layer whose maps others see, in the order of `Heard.results`.
    """
    sides = {name: min(FEWEST_POSITIONS, *size) for name, size in sizes.items()}
    return max(reversed(sides), key=lambda name: sides[name])
