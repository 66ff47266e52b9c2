"""ConvMixer: patches, then the same block again and again, which mixes places and channels in turn.

Source: Trockman & Kolter, "Patches Are All You Need?", Transactions on Machine Learning Research, 2023.
"""

from __future__ import annotations

from typing import Any

from pydantic import Field

from sightkit import Architecture, ArchitectureTask, BuildError, Network, Params, hookimpl

BATCH_NORM_MOMENTUM = 0.9
"""PyTorch's, with which the paper's networks were trained; PyTorch itself calls it 0.1."""


class ConvMixerParams(Params):
    """Parameters of ``[architecture] use = "convmixer"``; the defaults are the authors' for CIFAR-10.

    Source of the defaults: https://github.com/locuslab/convmixer-cifar10, ``train.py``.
    """

    width: int = Field(256, ge=1, description="Channels of every block.")
    depth: int = Field(8, ge=1, description="How many blocks.")
    kernel_size: int = Field(5, ge=1, description="Height and width of a block's window, in patches.")
    patch_size: int = Field(2, ge=1, description="Height and width of a patch, in pixels.")


def build_convmixer(params: ConvMixerParams, task: ArchitectureTask) -> Network:
    """Return the network; pixels at the right and at the bottom that fill no patch are left out.

    Raises:
        BuildError: the image is smaller than a patch.
    """
    import keras

    height, width, _ = task.image_shape
    if min(height, width) < params.patch_size:
        message = (
            f"convmixer: architecture.patch_size: expected at most {min(height, width)}, since images are "
            f"{height}x{width} pixels; found {params.patch_size}"
        )
        raise BuildError(message)
    images = keras.Input(task.image_shape, name="images")
    patches = keras.layers.Conv2D(params.width, params.patch_size, strides=params.patch_size)
    maps = activated(patches(standardised(images, task)))
    for _ in range(params.depth):
        mixed = activated(keras.layers.DepthwiseConv2D(params.kernel_size, padding="same")(maps))
        maps = keras.layers.Add()([maps, mixed])
        maps = activated(keras.layers.Conv2D(params.width, 1)(maps))
    backbone = keras.Model(images, maps, name="backbone")
    pooling = [keras.Input(maps.shape[1:]), keras.layers.GlobalAveragePooling2D()]
    head = [keras.Input((params.width,)), keras.layers.Dense(task.num_classes, dtype="float32")]
    return Network(backbone, keras.Sequential(pooling, name="pooling"), keras.Sequential(head, name="head"))


def standardised(images: Any, task: ArchitectureTask) -> Any:
    """Return images with mean 0 and standard deviation 1 in each channel, over the training split."""
    import keras

    scale = [1.0 / (std or 1.0) for std in task.channel_std]
    offset = [-mean * factor for mean, factor in zip(task.channel_mean, scale, strict=True)]
    return keras.layers.Rescaling(scale, offset)(images)


def activated(maps: Any) -> Any:
    """Return feature maps behind GELU and BatchNorm, in the paper's order."""
    import keras

    return keras.layers.BatchNormalization(momentum=BATCH_NORM_MOMENTUM)(keras.layers.Activation("gelu")(maps))


@hookimpl
def sightkit_architectures() -> list[Architecture[ConvMixerParams]]:
    """Offer ConvMixer."""
    return [
        Architecture(
            name="convmixer",
            summary="Patches, mixed by depthwise and pointwise convolutions.",
            params=ConvMixerParams,
            build=build_convmixer,
        )
    ]
