"""The network: its layers in order, and a drawing of what becomes of an image on the way through them."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import keras

TALLEST, WIDEST, THINNEST = 150, 64, 6
SLOT = 104
"""How much room a block has, for what is written under it."""


@dataclass(frozen=True, kw_only=True)
class Layer:
    """One layer.

    Attributes:
        name: Its name.
        type: Its class.
        shape: Its output without the batch; ``None`` where it isn't known.
        parameters: How many numbers it learns or keeps.
    """

    name: str
    type: str
    shape: tuple[int | None, ...] | None
    parameters: int


@dataclass(frozen=True, kw_only=True)
class Block:
    """Consecutive layers whose maps have one size.

    Attributes:
        size: Height and width of the maps in pixels; ``None`` for a vector.
        channels: Of the last layer.
        layers: How many there are.
        parameters: Of all of them.
        x: Where the middle of its drawing is.
        width: Of its drawing: the more channels, the wider.
        height: Of its drawing: the larger the maps, the higher.
    """

    size: tuple[int, int] | None
    channels: int
    layers: int
    parameters: int
    x: float
    width: float
    height: float

    @property
    def shape_in_words(self) -> str:
        """What comes out of it: ``"28 x 28 x 64"``, with multiplication signs."""
        return " \N{MULTIPLICATION SIGN} ".join(map(str, (*(self.size or ()), self.channels)))

    @property
    def parameters_in_words(self) -> str:
        """How many numbers it learns: ``"0.3 M parameters"``."""
        if self.parameters < 10_000:
            number = f"{self.parameters:,}"
        elif self.parameters < 1_000_000:
            number = f"{self.parameters / 1e3:,.0f} k"
        else:
            number = f"{self.parameters / 1e6:,.1f} M"
        return f"{number} parameters"


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A model, described.

    Attributes:
        layers: In the order in which an image goes through them.
        blocks: The same, summed up; empty where the layers don't say what they make.
        parameters: Of the whole model.
    """

    layers: list[Layer]
    blocks: list[Block]
    parameters: int

    @property
    def width(self) -> int:
        """Of the drawing."""
        return SLOT * len(self.blocks)


def drawing_of(model: keras.Model) -> Drawing:
    """Return the layers of a model, those of models inside it too."""
    layers = list(layers_of(model))
    return Drawing(layers=layers, blocks=blocks_of(layers), parameters=int(model.count_params()))


def layers_of(model: Any) -> Iterator[Layer]:
    """Yield every layer, in order, instead of models inside a model their layers."""
    for layer in model.layers:
        if getattr(layer, "layers", None):
            yield from layers_of(layer)
        else:
            counted = int(layer.count_params()) if layer.built else 0
            yield Layer(name=layer.name, type=type(layer).__name__, shape=shape_of(layer), parameters=counted)


def shape_of(layer: Any) -> tuple[int | None, ...] | None:
    """Return what a layer makes of one image, where it makes one tensor and is used once."""
    try:
        return tuple(layer.output.shape[1:])
    except (AttributeError, ValueError):
        return None


def blocks_of(layers: list[Layer]) -> list[Block]:
    """Return the layers summed up by the size of their maps.

    Networks only make maps smaller, but on side branches (squeeze and excitation) they make small ones in between: a
    layer counts for the largest size that is still to come.
    """
    known = [layer for layer in layers if layer.shape and None not in layer.shape]
    groups: list[tuple[tuple[int, int] | None, list[Layer]]] = []
    size: tuple[int, int] | None = None
    for layer in reversed(known):
        own = layer.shape[:2] if layer.shape and len(layer.shape) == 3 else None
        if own and (size is None or math.prod(own) > math.prod(size)):  # type: ignore[arg-type]
            size = own  # type: ignore[assignment]
        if not groups or groups[-1][0] != size:
            groups.append((size, []))
        groups[-1][1].append(layer)
    return [block_of(size, members, x=SLOT * (place + 0.5)) for place, (size, members) in enumerate(reversed(groups))]


def block_of(size: tuple[int, int] | None, members: list[Layer], *, x: float) -> Block:
    """Return one block; ``members`` are from the last to the first."""
    made = [layer for layer in members if layer.shape and (layer.shape[:2] if len(layer.shape) == 3 else None) == size]
    channels = int((made or members)[0].shape[-1])  # type: ignore[index,arg-type]
    height = TALLEST / 8 * math.log2(1 + math.sqrt(math.prod(size))) if size else TALLEST / 2
    return Block(
        size=size,
        channels=channels,
        layers=len(members),
        parameters=sum(layer.parameters for layer in members),
        x=x,
        width=round(min(WIDEST, THINNEST + 4 * math.log2(1 + channels)) if size else THINNEST, 1),
        height=round(min(TALLEST, height), 1),
    )
