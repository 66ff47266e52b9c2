"""Draws augmentations.png: every augmentation that ships with sightkit, a row each, with five draws.

python docs/pictures/augmentations.py
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from PIL import Image, ImageDraw, ImageFont
from sklearn.datasets import load_sample_image

from sightkit import Augmentation, AugmentationTask, Registry
from sightkit.training.batches.augment import compose

SIDE, GAP, NAMES = 64, 2, 104  # pixels: of an image, between two, for the names
DRAWS, BLOCKS = 5, 2
COLOURS = 256  # of the PNG, to keep it small
PAIR = 2410  # one that draws five numbers far apart
ON_FLOWER = {"greyscale", "hue", "saturation"}  # the photograph of more colour
SHOWN: Mapping[str, Mapping[str, Any]] = {"flip": {}, "mixup": {"alpha": 1.0}}  # the others: always, else as by default


def main() -> None:
    """Draw the picture beside this file."""
    registry = Registry()
    found = [each for each in registry.catalogue.all(Augmentation) if each.origin.startswith("sightkit ")]
    photographs = np.stack([photograph("china.jpg", left=10, top=60), photograph("flower.jpg", left=200, top=45)])
    rows = {each.component.name: draws(each.component, photographs) for each in found}
    rows = {"photographs": list(photographs), **rows}
    picture(rows).quantize(COLOURS, dither=Image.Dither.NONE).save(Path(__file__).with_suffix(".png"), optimize=True)


def photograph(name: str, *, left: int, top: int) -> np.ndarray:
    """Return a square of a photograph that scikit-learn ships, float32 ``(SIDE, SIDE, 3)`` in [0, 1]."""
    side = 320
    square = Image.fromarray(load_sample_image(name)).crop((left, top, left + side, top + side))
    return np.asarray(square.resize((SIDE, SIDE), Image.Resampling.LANCZOS), np.float32) / 255


def draws(component: Augmentation[Any], photographs: np.ndarray) -> list[np.ndarray]:
    """Return what becomes of one photograph, in a batch with the other, with one seed after the other."""
    params = SHOWN.get(component.name, {"probability": 1.0})
    shape = (SIDE, SIDE, 3)
    transform = component.build(component.params(**params), AugmentationTask(image_shape=shape, num_classes=2))
    augment = compose([transform], image_shape=shape)
    seeds = [tf.constant([[draw, PAIR], [draw, PAIR + 1]], tf.int32) for draw in range(DRAWS)]
    if component.name in ON_FLOWER:
        photographs = photographs[::-1]
    return [augment(tf.constant(photographs), tf.eye(2), each)[0].numpy()[0] for each in seeds]


def picture(rows: Mapping[str, list[np.ndarray]]) -> Image.Image:
    """Return all rows with their names, in columns."""
    length = -(-len(rows) // BLOCKS)
    step, block = SIDE + GAP, NAMES + DRAWS * (SIDE + GAP) + 4 * GAP
    sheet = Image.new("RGB", (BLOCKS * block, length * step + GAP), "white")
    pen, font = ImageDraw.Draw(sheet), ImageFont.load_default(size=13)
    for number, (name, images) in enumerate(rows.items()):
        x, y = number // length * block, number % length * step + GAP
        pen.text((x + NAMES - 3 * GAP, y + SIDE / 2), name, fill="black", font=font, anchor="rm")
        for place, image in enumerate(images):
            tile = Image.fromarray(np.round(image * 255).astype(np.uint8))
            sheet.paste(tile, (x + NAMES + place * step, y))
    return sheet


if __name__ == "__main__":
    main()
