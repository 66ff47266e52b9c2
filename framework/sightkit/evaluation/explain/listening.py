"""Listening to a model: the feature maps that its layers make while it runs, whatever kind of Keras model it is."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING, Any, TypeAlias, TypeVar

from sightkit.errors import ConfigError
from sightkit.layers import leaves_by_path
from sightkit.toml.problems import nearest

if TYPE_CHECKING:
    import keras
    import tensorflow as tf

T = TypeVar("T")
Hear: TypeAlias = Callable[[Any], None]

LISTENING = Lock()
"""Two threads that listen to one model would put back each other's functions."""


@dataclass(frozen=True, slots=True)
class Heard:
    """What a model made of a batch of images.

    Attributes:
        logits: ``(batch, classes)``.
        maps: The feature maps of each layer, ``(batch, height, width, channels)``, in the order in which they are made.
        results: The names of those that another convolution, or the head, is computed from: what normalisation and
            activation have made of those before them.
    """

    logits: tf.Tensor
    maps: dict[str, tf.Tensor]
    results: list[str]


def listen(model: keras.Model, images: tf.Tensor, *, also: Hear | None = None) -> Heard:
    """Run a model as in prediction, and listen to its layers.

    To be called while a ``tf.function`` is traced. Feature maps are outputs of four dimensions and more than one
    position, from the first layer on that holds the kernel of a convolution. Of a layer that runs several times, the
    last ones count.

    Args:
        model: From images to logits. Functional, sequential and subclassed models are the same here, and models may be
            nested; a layer made of layers counts as one.
        images: float32 ``(batch, height, width, channels)`` in [0, 1].
        also: Told of each feature map as soon as it is made, before anything is computed from it.

    Raises:
        ConfigError: it makes no feature maps.
    """
    import tensorflow as tf

    graph = tf.compat.v1.get_default_graph()
    maps: dict[str, tf.Tensor] = {}
    after: dict[str, int] = {}
    convolutions = 0

    def hear(name: str, layer: keras.Layer, output: Any) -> None:
        nonlocal convolutions
        # What another thread computes meanwhile, or a compiled function inside the model, is of no use in this graph.
        if getattr(output, "graph", None) is not graph:
            return
        convolutions += holds_kernel(layer)
        if convolutions and is_feature_map(output):
            maps.pop(name, None)
            maps[name] = output
            after[name] = convolutions
            if also:
                also(output)

    with LISTENING, ExitStack() as taps:
        for name, layer in named_layers(model).items():
            taps.enter_context(tapped(layer, partial(hear, name, layer)))
        logits = model(images, training=False)
    if not maps:
        message = (
            "the model has no feature maps: no layer of it is a convolution whose output has a height and a width; "
            "there is nothing that Grad-CAM could draw"
        )
        raise ConfigError(message)
    return Heard(logits, maps, list({after[name]: name for name in maps}.values()))


@contextmanager
def tapped(layer: keras.Layer, hear: Hear) -> Iterator[None]:
    """Tell ``hear`` what a layer returns, each time it is called inside.

    Keras has no hooks for this. The layer is given a ``call`` of its own, in front of its class's, and loses it again;
    nothing else of it changes. A second functional model over the same layers would be the alternative: it can't look
    into nested models without adding nodes to the graph of the model that it is made from, and not at all into
    subclassed ones.
    """
    own = vars(layer).get("call")
    call = layer.call

    def listening(*arguments: Any, **options: Any) -> Any:
        output = call(*arguments, **options)
        hear(output)
        return output

    vars(layer)["call"] = listening
    try:
        yield
    finally:
        if own is None:
            del vars(layer)["call"]
        else:
            vars(layer)["call"] = own


def named_layers(model: keras.Model) -> dict[str, keras.Layer]:
    """Return the layers of a model and of models inside it by name; those that share one as ``"model/layer"``."""
    found = {id(layer): (path, layer) for path, layer in leaves_by_path(model)}
    times = Counter(layer.name for _, layer in found.values())
    return {path if times[layer.name] > 1 else layer.name: layer for path, layer in found.values()}


def holds_kernel(layer: keras.Layer) -> bool:
    """Say whether a layer, or one that it is made of, holds the kernel of a convolution."""
    return any(len(weight.shape) == 4 for weight in layer.weights)


def is_feature_map(output: Any) -> bool:
    """Say whether what a layer returned are maps of more than one position."""
    shape = tuple(getattr(output, "shape", ()))
    return len(shape) == 4 and None not in shape[1:] and shape[1] * shape[2] > 1


def chosen(maps: Mapping[str, T], name: str) -> T:
    """Return what there is of the feature maps of a layer.

    Raises:
        ConfigError: the layer makes none, or there is no such layer.
    """
    if name in maps:
        return maps[name]
    found = nearest(name, maps)
    hint = f'did you mean "{found}"?' if found else f"layers that do: {', '.join(maps)}"
    message = f'layer "{name}": no layer of this name makes feature maps; {hint}'
    raise ConfigError(message)
