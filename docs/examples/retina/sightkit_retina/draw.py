"""Draws images that look a little like retinas, in the form of the EyePACS data: to try things, and for nothing else.

``python -m sightkit_retina.draw FOLDER`` writes ``FOLDER/trainLabels.csv`` and ``FOLDER/train/10_left.png``.
"""

from __future__ import annotations

import csv
import math
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from PIL import Image

SIZE = 96
SPOTS = (0, 3, 8, 16, 30)
"""How many dark spots an eye of each grade has."""


def draw(folder: Path, *, patients: int = 60, seed: int = 0) -> Path:
    """Write both eyes of each patient, and return the path of the table."""
    import numpy as np

    random = np.random.default_rng(seed)
    (folder / "train").mkdir(parents=True, exist_ok=True)
    table = folder / "trainLabels.csv"
    with table.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["image", "level"])
        for patient in range(10, 10 + patients):
            first = int(random.integers(len(SPOTS)))
            for eye in ("left", "right"):
                # The two eyes of a patient are alike, which is why a split may not part them.
                grade = int(np.clip(first + random.integers(-1, 2), 0, len(SPOTS) - 1)) if eye == "right" else first
                drawn_eye(eye, SPOTS[grade], random).save(folder / "train" / f"{patient}_{eye}.png")
                writer.writerow([f"{patient}_{eye}", grade])
    return table


def drawn_eye(eye: str, spots: int, random: np.random.Generator) -> Image.Image:
    """Return one image: an orange disc, a bright one where the nerve and the vessels enter, and dark spots."""
    from PIL import Image, ImageDraw

    image = Image.new("RGB", (SIZE, SIZE))
    pen = ImageDraw.Draw(image)
    red = int(random.integers(150, 210))
    pen.ellipse((2, 2, SIZE - 3, SIZE - 3), fill=(red, red // 2, red // 5))
    nerve = SIZE * ((0.25 if eye == "left" else 0.75) + random.uniform(-0.1, 0.1)), SIZE * random.uniform(0.35, 0.65)
    for _ in range(8):
        pen.line((*nerve, *somewhere(random, nearest=0.8)), fill=(red // 2, 20, 20), width=2)
    pen.circle(nerve, 7, fill=(255, 230, 140))
    for _ in range(spots):
        pen.circle(somewhere(random), random.uniform(1.5, 3), fill=(red // 2, 10, 10))
    return image


def somewhere(random: np.random.Generator, *, nearest: float = 0.0) -> tuple[float, float]:
    """Return a point of the retina, drawn evenly; ``nearest`` to its centre as a fraction of its radius."""
    angle, distance = random.uniform(0, 2 * math.pi), SIZE * 0.42 * math.sqrt(random.uniform(nearest**2, 1))
    return SIZE / 2 + distance * math.cos(angle), SIZE / 2 + distance * math.sin(angle)


if __name__ == "__main__":
    print(draw(Path(sys.argv[1] if len(sys.argv) > 1 else "drawn")))
