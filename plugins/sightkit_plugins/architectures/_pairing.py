"""Which stored layer belongs to which layer of a backbone: by its name, never by the order of the file."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from sightkit_plugins.architectures._hdf5 import UNNAMED
from sightkit_plugins.architectures._stored import StoredLayer, StoredLayers

if TYPE_CHECKING:
    import keras


class UnlikeError(Exception):
    """A file has the weights of another network; the message says what differs first."""


def pairs(
    backbone: keras.Model, layers: StoredLayers, *, old_name: Callable[[str], str]
) -> Iterator[tuple[keras.layers.Layer, StoredLayer]]:
    """Yield each layer of a backbone that has weights with the stored layer that belongs to it.

    Names that Keras gave, such as ``conv2d_7``, go on counting from network to network: those of one class are paired
    in the order of their numbers. Files of Keras 3 also say how layers are counted within the network; where that
    contradicts the names, somebody has exchanged them.

    Args:
        backbone: The network.
        layers: What is in the file.
        old_name: What the file may call a layer instead.

    Raises:
        UnlikeError: a layer is not in the file, or twice, or under a name that contradicts its place.
    """
    expected = counted_layers(backbone)
    if layers and all(name.startswith(UNNAMED) for name in layers):
        by_key = unnamed_layers(layers, list(expected))
        for key, layer in expected.items():
            yield layer, by_key[key]
        return
    names = {layer.name for layer in expected.values()}
    numbered = Numbered(list(expected.values()), layers)
    for key, layer in expected.items():
        name = numbered.names.get(layer.name) or (layer.name if layer.name in layers else old_name(layer.name))
        found = layers.get(name, [])
        if len(found) != 1:
            count = f'{len(found)} layers called "{name}"' if found else f"none of that name among {listed(layers)}"
            message = f'layer "{layer.name}": expected to find it once, found {count}'
            raise UnlikeError(message)
        check_place(layer, found[0], key=key, names=names)
        yield layer, found[0]


def counted_layers(model: keras.Model, prefix: str = "") -> dict[str, keras.layers.Layer]:
    """Return the layers of a model that have weights themselves, by the place that Keras 3 writes them at.

    That is ``layers/conv2d_3``: the class, and how many of the class came before.
    """
    found: dict[str, keras.layers.Layer] = {}
    counts: dict[str, int] = {}
    for layer in model.layers:
        kind = snake_case(type(layer).__name__)
        counts[kind] = number = counts.get(kind, -1) + 1
        place = f"{prefix}layers/{kind}{f'_{number}' if number else ''}"
        if hasattr(layer, "layers"):
            found |= counted_layers(layer, f"{place}/")
        elif layer.weights:
            found[place] = layer
    return found


def snake_case(name: str) -> str:
    """Return what Keras calls an object of a class by itself: ``batch_normalization``, ``conv2d``."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name).lower()


class Numbered:
    """The layers that Keras named, by class and number, each with the one of the same rank in a file.

    Attributes:
        names: What the file calls each of them.
    """

    def __init__(self, expected: list[keras.layers.Layer], layers: StoredLayers) -> None:
        self.names: dict[str, str] = {}
        for kind in {snake_case(type(layer).__name__) for layer in expected}:
            wanted = by_number(kind, (layer.name for layer in expected if snake_case(type(layer).__name__) == kind))
            self.names |= dict(zip(wanted, by_number(kind, layers), strict=False))


def by_number(kind: str, names: Iterator[str] | StoredLayers) -> list[str]:
    """Return those of the names that Keras gave to layers of a kind, in the order of their numbers."""
    matches = [match for name in names if (match := re.fullmatch(rf"{kind}(?:_(\d+))?", name))]
    return [match[0] for match in sorted(matches, key=lambda match: int(match[1] or 0))]


def check_place(layer: keras.layers.Layer, found: StoredLayer, *, key: str, names: set[str]) -> None:
    """Refuse a layer whose name and place in the file belong to two different layers."""
    counted = key.rpartition("/")[2]
    if found.key is not None and found.key != counted:
        message = (
            f'layer "{layer.name}": expected it as {counted}, as Keras counts the layers of this network, found the '
            f"name at {found.place}: the file is of another network, or names in it were exchanged"
        )
        raise UnlikeError(message)
    top, inside, own = found.place.partition("/")[0], found.place.count("/"), found.place.rpartition("/")[2]
    if found.key is None and inside and top != own and top in names:
        message = f'layer "{top}": expected its own weights, found those of "{own}": names in the file were exchanged'
        raise UnlikeError(message)


def unnamed_layers(layers: StoredLayers, keys: list[str]) -> Mapping[str, StoredLayer]:
    """Return the layers of a file that tells no names, by their places within the network that has all of them.

    Raises:
        UnlikeError: no network in the file has all of them, or several have.
    """
    places = {layer.place: layer for found in layers.values() for layer in found}
    tail = f"/{keys[0]}"
    roots = ["", *(place.removesuffix(keys[0]) for place in places if place.endswith(tail))]
    missing = {root: [key for key in keys if f"{root}{key}" not in places] for root in roots}
    whole = [root for root, absent in missing.items() if not absent]
    if len(whole) != 1:
        several = f"{len(whole)} networks that have it" if whole else f"none at that place among {listed(places)}"
        key = keys[0] if whole else min(missing.values(), key=len)[0]
        message = f"layer {key}: expected to find it once, found {several}"
        raise UnlikeError(message)
    return {key: places[f"{whole[0]}{key}"] for key in keys}


def listed(names: Mapping[str, object]) -> str:
    """Return some names in words."""
    some = sorted(name.lstrip(UNNAMED) for name in names)
    more = f" and {len(some) - 5} more" if len(some) > 5 else ""
    return f"{', '.join(some[:5])}{more}" if some else "none at all"
