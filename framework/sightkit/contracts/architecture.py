"""What an architecture is built for, and a network in its three parts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import keras


@dataclass(frozen=True, slots=True)
class Network:
    """A classifier in the three parts that transfer learning treats differently.

    Attributes:
        backbone: images float32 ``(batch, height, width, channels)`` in [0, 1] to feature maps
            ``(batch, h, w, features)``; rescales its input to what its weights expect.
        pooling: feature maps to features ``(batch, features)``.
        head: features to float32 logits ``(batch, classes)``.
    """

    backbone: keras.Model
    pooling: keras.Model
    head: keras.Model


@dataclass(frozen=True, slots=True, kw_only=True)
class ArchitectureTask:
    """What an architecture is built for.

    Attributes:
        image_shape: ``(height, width, channels)``.
        num_classes: The number of logits.
        channel_mean: Mean of each channel over the training split, in [0, 1].
        channel_std: Standard deviation of each channel over the training split, in [0, 1].
    """

    image_shape: tuple[int, int, int]
    num_classes: int
    channel_mean: tuple[float, ...]
    channel_std: tuple[float, ...]
