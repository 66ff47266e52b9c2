"""Networks of keras.applications: their common parameters, and how one becomes backbone, pooling and head."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from pydantic import Field

from sightkit import ArchitectureTask, BuildError, InputFile, Network, Params
from sightkit_plugins.architectures._size import check_size

if TYPE_CHECKING:
    from sightkit_plugins.architectures._published import Published


class PretrainedParams(Params):
    """Parameters that all networks of keras.applications share."""

    weights: Literal["imagenet", "none"] | InputFile = Field(
        "imagenet",
        description="What the backbone starts from. imagenet: what keras.applications publishes, downloaded once; "
        "none: random weights; else a file of weights: .weights.h5, .h5, .keras or .safetensors.",
    )
    dropout: float = Field(0.2, ge=0, lt=1, description="Fraction of features dropped before the head.")
    norm_momentum: float = Field(
        0.9,
        ge=0,
        lt=1,
        description="How much BatchNorm keeps of its running statistics at each step. The 0.99 or 0.999 that "
        "keras.applications has need thousands of steps to follow the weights.",
    )


def build_pretrained(
    name: str,
    params: PretrainedParams,
    task: ArchitectureTask,
    *,
    make: Callable[..., Any],
    scale: Callable[[Any], Any],
    published: Published,
    smallest: int = 32,
) -> Network:
    """Return a network of keras.applications for a task.

    Its backbone is one flat model: the layers that repeat grey and scale the input (``repeat_grey``, ``scale_input``),
    then those of keras.applications under their own names.

    Args:
        name: The component, for messages.
        params: Weights and dropout.
        task: What it is built for.
        make: The function of keras.applications.
        scale: From symbolic RGB images in [0, 1] to what the weights expect.
        published: The file of its ImageNet weights.
        smallest: Fewest pixels on a side that it takes.

    Raises:
        BuildError: the images are too small for it or neither grey nor RGB, or its weights are not there.
        ArtefactError: its weights are refused.
    """
    check_size(name, task, smallest=smallest)
    check_channels(name, task)
    import keras

    from sightkit_plugins.architectures._classifier import as_classifier
    from sightkit_plugins.architectures._loading import check_file, load_weights
    from sightkit_plugins.architectures._published import fetch
    from sightkit_plugins.architectures._scaling import as_rgb

    file = fetch(published) if params.weights == "imagenet" else None
    if isinstance(params.weights, Path):
        file = params.weights
        check_file(file)
    images = keras.Input(task.image_shape, name="images")
    inside = scale(as_rgb(images))
    made = make(input_tensor=inside, input_shape=tuple(inside.shape[1:]), include_top=False, weights=None)
    network = as_classifier(images, made.output, num_classes=task.num_classes, dropout=params.dropout)
    for layer in network.backbone.layers:
        if isinstance(layer, keras.layers.BatchNormalization):
            layer.momentum = params.norm_momentum
    if file is not None:
        load_weights(network.backbone, file, published=published)
    return network


def check_channels(name: str, task: ArchitectureTask) -> None:
    """Refuse images that are neither grey nor RGB.

    Raises:
        BuildError: what to set.
    """
    if (channels := task.image_shape[2]) not in (1, 3):
        message = f"{name} needs images of 1 or 3 channels, found {channels}; set [images] channels"
        raise BuildError(message)
