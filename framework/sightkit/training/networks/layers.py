"""The layers of a model: which there are, which are frozen, and how near the images they are."""

from __future__ import annotations

from itertools import accumulate
from typing import TYPE_CHECKING

from sightkit.errors import ConfigError
from sightkit.layers import leaves
from sightkit.toml.problems import nearest

if TYPE_CHECKING:
    import keras

    from sightkit.contracts import Network

BELOW = "below:"


def with_parts(layer: keras.Layer) -> list[keras.Layer]:
    """Return a layer and all those that it is made of, each after the one that holds it."""
    parts: list[keras.Layer] = layer._flatten_layers()  # Keras has no public name for it
    return parts


class Freezing:
    """Which layers of a model are trained. Freezing one stage never unfreezes what the architecture froze itself.

    Args:
        model: From images to logits.
        network: Its parts, where the architecture named them.
    """

    def __init__(self, model: keras.Model, network: Network | None) -> None:
        self._network = network
        self._lower = network.backbone if network else model
        # What a layer is told, those that it is made of are told, too: theirs comes after it.
        self._trainable = [(part, part.trainable) for layer in leaves(model) for part in with_parts(layer)]

    def apply(self, freeze: str) -> None:
        """Freeze what ``freeze`` of a stage says, and nothing else; BatchNorm that is frozen keeps its statistics.

        Raises:
            ConfigError: there is no such layer, or the architecture has no parts.
        """
        frozen = {id(part) for layer in self._frozen(freeze) for part in with_parts(layer)}
        for layer, trainable in self._trainable:
            layer.trainable = trainable and id(layer) not in frozen

    def _frozen(self, freeze: str) -> list[keras.Layer]:
        if freeze == "none":
            return []
        if freeze == "norms":
            return norms(self._lower)
        if freeze.startswith(BELOW):
            return below(self._lower, freeze.removeprefix(BELOW))
        if self._network is None:
            message = (
                'freeze = "backbone": the architecture is one model without a backbone of its own; write '
                '"below:LAYER" with the name of the first layer to train'
            )
            raise ConfigError(message)
        return [*leaves(self._network.backbone), *leaves(self._network.pooling)]


def norms(model: keras.Model) -> list[keras.Layer]:
    """Return the layers of a model that keep statistics of batches, which small batches of other images would spoil."""
    import keras

    parts = (part for layer in leaves(model) for part in with_parts(layer))
    return [part for part in parts if isinstance(part, keras.layers.BatchNormalization)]


def below(model: keras.Model, name: str) -> list[keras.Layer]:
    """Return the layers of a model before the one of a name, in the order of its layers.

    Raises:
        ConfigError: there is none of this name.
    """
    layers = list(leaves(model))
    names = [layer.name for layer in layers]
    if name not in names:
        found = nearest(name, names)
        hint = f'did you mean "{found}"?' if found else f"its layers are {names[0]} to {names[-1]}"
        message = f'freeze = "{BELOW}{name}": the backbone has no layer of this name; {hint}'
        raise ConfigError(message)
    return layers[: names.index(name)]


def update_scales(model: keras.Model, *, decay: float) -> list[float]:
    """Return what the update of each trainable variable of a model is multiplied by, one level below the other.

    A level is the layers of one resolution: a network halves height and width some five times. What comes after the
    last maps, the head, is the highest level and learns at the full rate; what is nearest to the images learns at
    ``decay ** levels`` of it.

    Source: Howard & Ruder, "Universal Language Model Fine-tuning for Text Classification", ACL 2018, section 3.2.

    Args:
        model: From images to logits.
        decay: Above 0, at most 1.

    Raises:
        ConfigError: all layers are on one level.
    """
    layers = list(leaves(model))
    # Maps of one pixel inside a block, as squeeze-and-excitation has them, belong to the level of that block: a layer's
    # level is that of the largest maps that still come.
    areas = list(accumulate((area(layer) for layer in reversed(layers)), max))[::-1]
    levels = sorted(set(areas))
    if len(levels) == 1:
        message = (
            f"layer_decay = {decay}: no layer makes maps whose size is known, so that all are on one level; "
            "give the network a fixed size of images, or leave layer_decay out"
        )
        raise ConfigError(message)
    scale = {
        id(variable): decay ** levels.index(pixels)
        for layer, pixels in zip(layers, areas, strict=True)
        for variable in layer.trainable_variables
    }
    return [scale.get(id(variable), 1.0) for variable in model.trainable_variables]  # a model may have some of its own


def area(layer: keras.Layer) -> int:
    """Return how many positions the maps have that a layer makes; 0 where it makes none."""
    shape: tuple[int | None, ...] = getattr(getattr(layer, "output", None), "shape", ())
    return (shape[1] or 0) * (shape[2] or 0) if len(shape) == 4 else 0
