"""Wide ResNet: fewer layers with more channels; Zagoruyko & Komodakis, "Wide Residual Networks", 2016."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, Network, Params, hookimpl
from sightkit_plugins.architectures._size import check_size

WIDTHS = (16, 32, 64)


class WideResNetParams(Params):
    """Parameters of ``[architecture] use = "wide-resnet"``."""

    depth: Literal[16, 22, 28, 40] = Field(16, description="Layers with weights: 6n + 4 for n blocks a stage.")
    width: int = Field(4, ge=1, le=20, description="What the number of channels, 16, 32 and 64, is multiplied by.")
    dropout: float = Field(
        0.0, ge=0, lt=1, description="Fraction dropped between the convolutions of a block; 0.3 in the paper."
    )


def build_wide_resnet(params: WideResNetParams, task: ArchitectureTask) -> Network:
    """Return three stages of blocks B(3, 3), at the image's size, a half and a quarter of it.

    BatchNorm and ReLU come before each convolution. Initial weights are those of He et al., "Delving Deep into
    Rectifiers", 2015. The paper trained with a weight decay of 0.0005, and that is for the optimizer.

    Raises:
        BuildError: the image is smaller than 4 pixels on a side.
    """
    import keras

    from sightkit_plugins.architectures._classifier import as_classifier
    from sightkit_plugins.architectures._scaling import by_task_statistics

    check_size("wide-resnet", task, smallest=4)
    images = keras.Input(task.image_shape, name="images")
    maps = convolved(by_task_statistics(images, task), WIDTHS[0], name="stem")
    for stage, width in enumerate(WIDTHS, start=1):
        for index in range((params.depth - 4) // 6):
            stride = 2 if stage > 1 and index == 0 else 1
            name = f"stage{stage}_block{index + 1}"
            maps = block(maps, width * params.width, stride=stride, dropout=params.dropout, name=name)
    return as_classifier(images, activated(maps, name="top"), num_classes=task.num_classes, dropout=0.0)


def block(maps: Any, width: int, *, stride: int, dropout: float, name: str) -> Any:
    """Return the sum of the maps and what two convolutions make of them; other widths go through a 1x1 convolution."""
    import keras

    inner = activated(maps, name=f"{name}_1")
    if maps.shape[-1] != width or stride > 1:
        maps = convolved(inner, width, size=1, stride=stride, name=f"{name}_shortcut")
    inner = activated(convolved(inner, width, stride=stride, name=f"{name}_1"), name=f"{name}_2")
    if dropout:
        inner = keras.layers.Dropout(dropout, name=f"{name}_dropout")(inner)
    return keras.layers.Add(name=f"{name}_add")([maps, convolved(inner, width, name=f"{name}_2")])


def convolved(maps: Any, width: int, *, name: str, size: int = 3, stride: int = 1) -> Any:
    """Return a convolution of the maps; BatchNorm has the bias."""
    import keras

    return keras.layers.Conv2D(
        width,
        size,
        strides=stride,
        padding="same",
        use_bias=False,
        kernel_initializer="he_normal",
        name=f"{name}_conv",
    )(maps)


def activated(maps: Any, *, name: str) -> Any:
    """Return the maps through BatchNorm and ReLU."""
    import keras

    normalised = keras.layers.BatchNormalization(momentum=0.9, epsilon=1e-5, name=f"{name}_bn")(maps)
    return keras.layers.ReLU(name=f"{name}_relu")(normalised)


@hookimpl
def sightkit_architectures() -> list[Architecture[WideResNetParams]]:
    """Offer the Wide ResNet."""
    return [
        Architecture(
            name="wide-resnet",
            summary="Wide ResNet for small images, not pretrained.",
            params=WideResNetParams,
            build=build_wide_resnet,
        )
    ]
