"""A whole model fitted to a task: its head exchanged or kept, its input brought to what it expects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import ArchitectureTask, BuildError, Network

if TYPE_CHECKING:
    import keras

PARTS = ("backbone", "pooling", "head")
"""The layers of a model that sightkit saved."""


def with_new_head(
    model: keras.Model, task: ArchitectureTask, *, path: Path, input_range: tuple[float, float], dropout: float
) -> Network:
    """Return a network of a model's feature maps, averaged, and a new head.

    Raises:
        BuildError: it takes other images or has no feature maps.
    """
    import keras

    from sightkit_plugins.architectures._classifier import on_backbone

    if is_ours(model):
        core = model.get_layer("backbone")
    else:
        core = keras.Model(model.inputs[0], feature_maps(model, path), name=model.name)
    backbone = fitted(core, task, path=path, input_range=input_range, name="backbone")
    return on_backbone(backbone, num_classes=task.num_classes, dropout=dropout)


def with_own_head(
    model: keras.Model, task: ArchitectureTask, *, path: Path, input_range: tuple[float, float]
) -> Network | keras.Model:
    """Return a model as it is, up to the logits: in its three parts if sightkit saved it, else in one.

    Raises:
        BuildError: it takes other images, has another number of classes, or ends in a sigmoid.
    """
    if (found := model.output_shape) != (None, task.num_classes):
        message = (
            f"{path}: expected logits of the {task.num_classes} classes of the dataset, found an output of shape "
            f'{found}; set architecture.head = "replace"'
        )
        raise BuildError(message)
    if is_ours(model):
        backbone, pooling, head = map(model.get_layer, PARTS)
        return Network(fitted(backbone, task, path=path, input_range=input_range, name="backbone"), pooling, head)
    return fitted(without_softmax(model, path), task, path=path, input_range=input_range, name="network")


def is_ours(model: keras.Model) -> bool:
    """Say whether sightkit saved a model."""
    return {layer.name for layer in model.layers} >= set(PARTS)


def feature_maps(model: keras.Model, path: Path) -> Any:
    """Return the symbolic feature maps that a classifier pools, or the output of a model without a head.

    Those are what goes into the last layer that makes features of maps. Some classifiers (MobileNet's) pool to maps of
    one pixel and go on with convolutions: then what goes into that pooling.

    Raises:
        BuildError: there is no such layer.
    """
    if rank(model.outputs[0]) == 4:
        return model.outputs[0]
    layers = [layer for layer in model.layers if hasattr(layer, "output")]
    ends = [index for index, layer in enumerate(layers) if rank(of(layer, "input")) == 4 and rank(layer.output) == 2]
    if not ends:
        message = (
            f"{path}: expected a layer from feature maps (batch, height, width, channels) to features, such as "
            "GlobalAveragePooling2D, found none"
        )
        raise BuildError(message)
    for layer in reversed(layers[: ends[-1]]):
        before = of(layer, "input")
        # Only a chain is followed: what branches is a block inside the network, and may pool for its own purposes.
        if not is_one_pixel(layer.output) or rank(before) != 4:
            break
        if type(layer).__name__.startswith("Global"):
            return before
    return layers[ends[-1]].input


def of(layer: keras.layers.Layer, name: str) -> Any:
    """Return a layer's symbolic input, or ``None`` where it has several or none."""
    try:
        return getattr(layer, name)
    except (AttributeError, ValueError):
        return None


def rank(tensor: Any) -> int:
    """Return the number of axes of a symbolic tensor; 0 for anything else."""
    return len(getattr(tensor, "shape", ()))


def is_one_pixel(tensor: Any) -> bool:
    """Say whether a symbolic tensor is feature maps of one pixel."""
    return rank(tensor) == 4 and tuple(tensor.shape[1:3]) == (1, 1)


def without_softmax(model: keras.Model, path: Path) -> keras.Model:
    """Return a model that ends in logits rather than in probabilities.

    Raises:
        BuildError: it ends in a sigmoid, from which a class has no logit of its own.
    """
    import keras

    last = model.layers[-1]
    activation = getattr(getattr(last, "activation", None), "__name__", type(last).__name__.lower())
    if activation == "sigmoid":
        message = f'{path}: expected a model that ends in logits or a softmax, found a sigmoid; set head = "replace"'
        raise BuildError(message)
    if activation != "softmax":
        return model
    if isinstance(last, keras.layers.Softmax | keras.layers.Activation):
        return keras.Model(model.inputs[0], last.input, name=model.name)
    last.activation = keras.activations.linear
    return model


def fitted(
    model: keras.Model, task: ArchitectureTask, *, path: Path, input_range: tuple[float, float], name: str
) -> keras.Model:
    """Return a model that takes a task's images; the model itself if it does already.

    Raises:
        BuildError: it takes images of another size or number of channels.
    """
    import keras

    from sightkit_plugins.architectures._scaling import as_rgb, rescale

    wanted = tuple(model.inputs[0].shape[1:])
    shape = task.image_shape
    repeats = shape[2] == 1 and wanted[-1:] == (3,)
    offered = (*shape[:2], 3) if repeats else shape
    if len(wanted) != 3 or any(side not in (None, given) for side, given in zip(wanted, offered, strict=True)):
        sides = " x ".join("any" if side is None else str(side) for side in wanted)
        given = " x ".join(map(str, shape))
        message = f"{path}: it takes images of {sides}, found {given}; set [images] size and channels"
        raise BuildError(message)
    if not repeats and input_range == (0.0, 1.0):
        return model
    low, high = input_range
    images = keras.Input(shape, name="images")
    return keras.Model(images, model(rescale(as_rgb(images) if repeats else images, low=low, high=high)), name=name)
