"""ResNet for small images: that of He et al., "Deep Residual Learning for Image Recognition", 2016, section 4.2."""

from __future__ import annotations

from functools import partial
from typing import Any, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, Params, hookimpl
from sightkit_plugins.architectures._size import check_size

WIDTHS = (16, 32, 64)


class CifarResNetParams(Params):
    """Parameters of ``[architecture] use = "cifar-resnet"``."""

    depth: Literal[20, 32, 44, 56] = Field(20, description="Layers with weights: 6n + 2 for n blocks a stage.")
    shortcut: Literal["pad", "project"] = Field(
        "pad",
        description="What a shortcut does where the number of channels doubles. pad: zeros, option A of the paper; "
        "project: a 1x1 convolution, option B.",
    )
    dropout: float = Field(0.0, ge=0, lt=1, description="Fraction of features dropped before the head.")


def build_cifar_resnet(params: CifarResNetParams, task: ArchitectureTask) -> Network:
    """Return three stages of blocks of two convolutions, at the image's size, a half and a quarter of it.

    Initial weights are those of He et al., "Delving Deep into Rectifiers", 2015. The paper trained with a weight decay
    of 0.0001, and that is for the optimizer.

    Raises:
        BuildError: the image is smaller than 4 pixels on a side.
    """
    import keras

    from sightkit_plugins.architectures._classifier import as_classifier
    from sightkit_plugins.architectures._scaling import by_task_statistics

    check_size("cifar-resnet", task, smallest=4)
    images = keras.Input(task.image_shape, name="images")
    maps = activated(convolved(by_task_statistics(images, task), WIDTHS[0], name="stem"), name="stem")
    for stage, width in enumerate(WIDTHS, start=1):
        for index in range((params.depth - 2) // 6):
            stride = 2 if stage > 1 and index == 0 else 1
            name = f"stage{stage}_block{index + 1}"
            maps = block(maps, width, stride=stride, shortcut=params.shortcut, name=name)
    return as_classifier(images, maps, num_classes=task.num_classes, dropout=params.dropout)


def block(maps: Any, width: int, *, stride: int, shortcut: str, name: str) -> Any:
    """Return the sum of the maps and what two convolutions make of them, through a ReLU."""
    import keras

    inner = activated(convolved(maps, width, stride=stride, name=f"{name}_1"), name=f"{name}_1")
    inner = normalised(convolved(inner, width, name=f"{name}_2"), name=f"{name}_2")
    if stride > 1:
        maps = reduced(maps, width, stride=stride, shortcut=shortcut, name=f"{name}_shortcut")
    return keras.layers.ReLU(name=f"{name}_relu")(keras.layers.Add(name=f"{name}_add")([maps, inner]))


def reduced(maps: Any, width: int, *, stride: int, shortcut: str, name: str) -> Any:
    """Return every second pixel of the maps, with as many channels as the block makes."""
    import keras

    if shortcut == "project":
        return normalised(convolved(maps, width, size=1, stride=stride, name=name), name=name)
    every_second = keras.layers.MaxPooling2D(1, strides=stride, padding="same", name=f"{name}_pool")(maps)
    missing = width - maps.shape[-1]
    return keras.ops.pad(every_second, ((0, 0), (0, 0), (0, 0), (missing // 2, missing - missing // 2)))


def convolved(maps: Any, width: int, *, name: str, size: int = 3, stride: int = 1) -> Any:
    """Return a convolution of the maps; what follows has a bias."""
    import keras

    layer = partial(keras.layers.Conv2D, padding="same", use_bias=False, kernel_initializer="he_normal")
    return layer(width, size, strides=stride, name=f"{name}_conv")(maps)


def normalised(maps: Any, *, name: str) -> Any:
    """Return the maps through BatchNorm."""
    import keras

    return keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(maps)


def activated(maps: Any, *, name: str) -> Any:
    """Return the maps through BatchNorm and ReLU."""
    import keras

    return keras.layers.ReLU(name=f"{name}_relu")(normalised(maps, name=name))


@hookimpl
def sightkit_architectures() -> list[Architecture[CifarResNetParams]]:
    """Offer the ResNet for small images."""
    return [
        Architecture(
            name="cifar-resnet",
            summary="ResNet 20 to 56 for small images, not pretrained.",
            params=CifarResNetParams,
            build=build_cifar_resnet,
        )
    ]
