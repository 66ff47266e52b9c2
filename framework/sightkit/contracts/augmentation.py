"""What an augmentation is built for, and the three forms that it takes."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeAlias

if TYPE_CHECKING:
    import tensorflow as tf

Fill: TypeAlias = Literal["constant", "reflect", "nearest", "wrap"]


@dataclass(frozen=True, slots=True)
class Pointwise:
    """An augmentation that changes pixels where they are.

    Attributes:
        apply: ``(images, seeds) -> images``; images float32 ``(batch, height, width, channels)`` in [0, 1] both
            ways, seeds int32 ``(batch, 2)``, one pair an image: the only source of randomness.
    """

    apply: Callable[[tf.Tensor, tf.Tensor], tf.Tensor]


@dataclass(frozen=True, slots=True)
class Geometric:
    """An augmentation that moves pixels. Neighbours in the list are composed into a single interpolation.

    Attributes:
        matrices: ``seeds -> (batch, 8)`` float32. The row ``(a, b, c, d, e, f, g, h)`` maps a point ``(x, y)`` of the
            *output* to the point ``((a x + b y + c) / k, (d x + e y + f) / k)`` of the *input*, ``k = g x + h y + 1``.
            Coordinates are in pixels from the centre of the image, x to the right and y down.
        fill: What lies outside the image, as in ``tf.raw_ops.ImageProjectiveTransformV3``; ``None`` where the
            augmentation never looks outside, so that it composes with any fill.
    """

    matrices: Callable[[tf.Tensor], tf.Tensor]
    fill: Fill | None = "constant"


@dataclass(frozen=True, slots=True)
class Mixing:
    """An augmentation that mixes the images of a batch and their labels.

    Attributes:
        apply: ``(images, labels, seeds) -> (images, labels)`` on the global batch; images and seeds as for
            `Pointwise`, labels float32 ``(batch, classes)`` whose rows sum to one both ways.
    """

    apply: Callable[[tf.Tensor, tf.Tensor, tf.Tensor], tuple[tf.Tensor, tf.Tensor]]


Transform: TypeAlias = Pointwise | Geometric | Mixing


@dataclass(frozen=True, slots=True, kw_only=True)
class AugmentationTask:
    """What an augmentation is built for.

    Attributes:
        image_shape: ``(height, width, channels)`` of the images it will see.
        num_classes: The width of one-hot labels.
    """

    image_shape: tuple[int, int, int]
    num_classes: int
