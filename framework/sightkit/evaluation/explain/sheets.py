"""Sheets that explain a network: heat maps of an image, feature maps of layers, learned filters."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np
from PIL import Image

from sightkit.evaluation.explain.colours import coloured, laid_over
from sightkit.evaluation.explain.feature_maps import liveliest
from sightkit.evaluation.explain.filters import filter_pixels
from sightkit.images.sheets.sheet import Picture, Row, draw_sheet

if TYPE_CHECKING:
    from numpy.typing import NDArray

HEAT_SIDE, MAP_SIDE, FILTER_SIDE = 224, 112, 56
CHANNELS = 8
"""So many feature maps of a layer are shown."""
FILTERS_A_ROW = 12


def draw_heat(
    pixels: NDArray[np.uint8],
    heat: NDArray[np.float32],
    predictions: Sequence[tuple[str, float]],
    *,
    title: str,
    layer: str,
) -> Image.Image:
    """Return a sheet with a row for each of a few classes: the image, the heat map, and one over the other.

    Args:
        pixels: The image as the network sees it, uint8 ``(height, width, 1 or 3)``.
        heat: What speaks for each class, in [0, 1], ``(classes, height, width)``.
        predictions: The name and the probability of each.
        title: What the image is called.
        layer: Whose feature maps the heat maps are made of.
    """
    rows = []
    for (name, probability), values in zip(predictions, heat, strict=True):
        pictures = [Picture(pixels), Picture(coloured(values)), Picture(laid_over(pixels, values))]
        nothing = "" if values.any() else ", nothing speaks for it"
        rows.append(Row(name, f"{100 * probability:.1f} %{nothing}", pictures))
    note = (
        f"bright is what speaks most for the class of the row, in the feature maps of {layer}; each heat map is scaled "
        "by its own largest value"
    )
    headings = ["as the network sees it", "heat map (Grad-CAM)", "over the image"]
    return draw_sheet(rows, title=title, note=note, headings=headings, side=HEAT_SIDE)


def draw_maps(pixels: NDArray[np.uint8], maps: Mapping[str, NDArray[np.float32]], *, title: str) -> Image.Image:
    """Return a sheet with a row for each layer: the image, and the feature maps that differ most from place to place.

    Args:
        pixels: The image as the network sees it, uint8 ``(height, width, 1 or 3)``.
        maps: Of each layer by its name, ``(height, width, channels)``.
        title: What the image is called.
    """
    size = (MAP_SIDE * np.array(pixels.shape[:2]) // max(pixels.shape[:2])).clip(1)
    rows = []
    for name, values in maps.items():
        height, width, channels = values.shape
        shown = [
            Picture(enlarged(coloured(stretched(values[..., channel])), size), [f"channel {channel}"])
            for channel in liveliest(values, CHANNELS)
        ]
        image = Picture(enlarged(pixels, size))
        rows.append(Row(name, f"{height} x {width}, {channels} channels", [image, *shown]))
    note = (
        f"of each layer the {CHANNELS} channels that differ most from place to place, numbered from 0; black is the "
        "smallest value of a channel, yellow its largest"
    )
    return draw_sheet(rows, title=title, note=note, side=MAP_SIDE)


def draw_filters(name: str, kernel: NDArray[np.float32], *, title: str) -> Image.Image | None:
    """Return a sheet of the filters of a convolution; ``None`` where they see neither grey nor RGB.

    Args:
        name: Of the layer.
        kernel: ``(height, width, channels, filters)``.
        title: The line on top.
    """
    pixels = filter_pixels(kernel)
    if pixels is None:
        return None
    height, width, channels, count = kernel.shape
    pictures = [Picture(each, [str(number)]) for number, each in enumerate(pixels)]
    facts = f"{count} filters of {height} x {width}, {'grey' if channels == 1 else 'RGB'}"
    rows = [
        Row("" if start else name, "" if start else facts, pictures[start : start + FILTERS_A_ROW])
        for start in range(0, count, FILTERS_A_ROW)
    ]
    note = "what the first convolution looks for: middle grey is a weight of zero; each filter is scaled by itself"
    return draw_sheet(rows, title=title, note=note, side=FILTER_SIDE)


def stretched(values: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return values between 0, the smallest, and 1, the largest; all 0 where all are the same."""
    low, high = values.min(), values.max()
    result: NDArray[np.float32] = (values - low) / (high - low) if high > low else np.zeros_like(values)
    return result


def enlarged(pixels: NDArray[np.uint8], size: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Return a picture of another height and width whose pixels can be seen, as uint8 of the same channels."""
    height, width = size.tolist()
    image = Image.fromarray(pixels[..., 0] if pixels.shape[2] == 1 else pixels)
    larger = image.resize((width, height), Image.Resampling.NEAREST)
    return np.asarray(larger).reshape(height, width, -1)
