"""BasicCNN: a plain stack of convolutions, the baseline that every other architecture should beat."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, BuildError, Network, Params, hookimpl

if TYPE_CHECKING:
    import keras


# Keras' 0.99 needs some 500 steps to follow the weights, which is many epochs of a small dataset.
BATCH_NORM_MOMENTUM = 0.9


class BasicCNNParams(Params):
    """Parameters of ``[architecture] use = "basic-cnn"``."""

    filters: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        (32, 64, 128), min_length=1, description="Channels of each stage; a stage halves height and width."
    )
    convolutions: int = Field(1, ge=1, description="Convolutions in each stage.")
    kernel_size: int = Field(3, ge=1, description="Height and width of a convolution's window, in pixels.")
    pooling: Literal["average", "flatten"] = Field(
        "average",
        description="average: each channel's mean; flatten: every position, more weights, for small images.",
    )
    dropout: float = Field(0.2, ge=0, lt=1, description="Fraction of features dropped before the head.")


def build_basic_cnn(params: BasicCNNParams, task: ArchitectureTask) -> Network:
    """Return a network of stages: convolution, max-pooling, BatchNorm, ReLU, and further convolutions likewise.

    Pooling comes before BatchNorm and ReLU, as in the networks of Jordan, "94% on CIFAR-10 in 3.29 Seconds on a
    Single GPU", 2024: these then work on a quarter of the numbers.

    Raises:
        BuildError: the image is smaller than ``2 ** len(params.filters)`` pixels on a side.
    """
    import keras

    from sightkit_plugins.architectures._scaling import by_task_statistics

    check_size(params, task)
    images = keras.Input(task.image_shape, name="images")
    maps = by_task_statistics(images, task)
    for filters in params.filters:
        for index in range(params.convolutions):
            maps = keras.layers.Conv2D(filters, params.kernel_size, padding="same", use_bias=False)(maps)
            if index == 0:
                maps = keras.layers.MaxPooling2D()(maps)
            maps = keras.layers.ReLU()(keras.layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM)(maps))
    backbone = keras.Model(images, maps, name="backbone")
    pooling = keras.Sequential([keras.Input(maps.shape[1:]), pooling_layer(params)], name="pooling")
    head = [keras.layers.Dropout(params.dropout), keras.layers.Dense(task.num_classes, dtype="float32")]
    return Network(backbone, pooling, keras.Sequential([keras.Input(pooling.output_shape[1:]), *head], name="head"))


def check_size(params: BasicCNNParams, task: ArchitectureTask) -> None:
    """Refuse images that halving would leave nothing of."""
    height, width, _ = task.image_shape
    smallest = 2 ** len(params.filters)
    if min(height, width) < smallest:
        fitting = min(height, width).bit_length() - 1
        remedy = f"at most {fitting} stages, or larger images ([images] size)" if fitting else "larger images"
        message = (
            f"basic-cnn with {len(params.filters)} stages needs images of at least {smallest}x{smallest} pixels; found "
            f"{height}x{width}; take {remedy}"
        )
        raise BuildError(message)


def pooling_layer(params: BasicCNNParams) -> keras.layers.Layer:
    """Return the layer from feature maps to features."""
    import keras

    return keras.layers.GlobalAveragePooling2D() if params.pooling == "average" else keras.layers.Flatten()


@hookimpl
def sightkit_architectures() -> list[Architecture[BasicCNNParams]]:
    """Offer the basic CNN."""
    return [
        Architecture(
            name="basic-cnn",
            summary="Plain convolutional baseline.",
            params=BasicCNNParams,
            build=build_basic_cnn,
        )
    ]
