"""From images in [0, 1] to the numbers that weights were trained on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sightkit import ArchitectureTask

IMAGENET_MEAN = (0.485, 0.456, 0.406)
"""Mean of red, green and blue over ImageNet, in [0, 1]: what keras.applications, torchvision and timm subtract."""

IMAGENET_STD = (0.229, 0.224, 0.225)
"""Standard deviation of red, green and blue over ImageNet, in [0, 1]; from the same source."""

CAFFE_MEAN = (103.939, 116.779, 123.68)
"""Mean of blue, green and red in [0, 255], which the networks of Caffe's time subtract."""


def rescale(images: Any, *, low: float, high: float) -> Any:
    """Return symbolic images in [0, 1] brought to the range from ``low`` to ``high``."""
    import keras

    return keras.layers.Rescaling(high - low, low, name="scale_input")(images)


def to_plus_minus_one(images: Any) -> Any:
    """Return images in [-1, 1]: the mode "tf" of keras.applications."""
    return rescale(images, low=-1.0, high=1.0)


def by_imagenet_statistics(images: Any) -> Any:
    """Return images with ImageNet's mean at 0 and standard deviation at 1: the mode "torch" of keras.applications."""
    return standardised(images, IMAGENET_MEAN, IMAGENET_STD, name="scale_input")


def to_centred_bgr(images: Any) -> Any:
    """Return images in [0, 255] with channels reversed and ImageNet's mean at 0: the mode "caffe"."""
    import keras

    turned = keras.ops.flip(images, axis=-1)
    return keras.layers.Rescaling(255.0, [-mean for mean in CAFFE_MEAN], name="scale_input")(turned)


def by_task_statistics(images: Any, task: ArchitectureTask) -> Any:
    """Return the images with each channel's mean at 0 and standard deviation at 1 over the training split."""
    return standardised(images, task.channel_mean, task.channel_std, name="standardise")


def standardised(images: Any, means: Sequence[float], stds: Sequence[float], *, name: str) -> Any:
    """Return images minus the mean and divided by the standard deviation of each channel."""
    import keras

    scale = [1.0 / (std or 1.0) for std in stds]  # a channel without contrast stays as it is
    offset = [-mean * factor for mean, factor in zip(means, scale, strict=True)]
    return keras.layers.Rescaling(scale, offset, name=name)(images)


def as_rgb(images: Any) -> Any:
    """Return symbolic images with three channels: grey ones have theirs repeated."""
    import keras

    return keras.layers.Concatenate(name="repeat_grey")([images] * 3) if images.shape[-1] == 1 else images
