"""Photographs for benchmarks: JPEG files made from the two that scikit-learn ships, every one another picture."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
from PIL import Image

WIDTH, HEIGHT = 1024, 768
VARIATION = 64  # pixels that a side may be longer or shorter


def make_photographs(folder: Path, count: int) -> None:
    """Write ``count`` files of about 1024 x 768 pixels into two class folders, the same ones every time.

    Each is a part of a photograph at another scale, mirrored or not, with another brightness, the grain of a sensor,
    and a quality from 75 to 95: about 200 kB, as photographs of this size have.
    """
    from sklearn.datasets import load_sample_images

    photos = [Image.fromarray(pixels) for pixels in load_sample_images().images]
    for number in range(len(photos)):
        (folder / f"photo-{number}").mkdir(parents=True, exist_ok=True)

    def write(number: int) -> None:
        file = folder / f"photo-{number % len(photos)}" / f"{number:05}.jpg"
        if not file.exists():
            make_photograph(file, photos[number % len(photos)], np.random.default_rng(number))

    with ThreadPoolExecutor() as pool:
        for _ in pool.map(write, range(count)):
            pass


def make_photograph(file: Path, photo: Image.Image, random: np.random.Generator) -> None:
    """Write a variant of a photograph."""
    width, height = (int(side + random.integers(-VARIATION, VARIATION + 1)) for side in (WIDTH, HEIGHT))
    part_height = min(photo.height, photo.width * height / width) * random.uniform(0.6, 1.0)
    part_width = part_height * width / height
    left, top = random.uniform(0, photo.width - part_width), random.uniform(0, photo.height - part_height)
    box = (left, top, left + part_width, top + part_height)
    enlarged = photo.resize((width, height), Image.Resampling.BICUBIC, box=box)
    pixels = np.asarray(enlarged, np.float32) * np.float32(random.uniform(0.7, 1.2))
    if random.random() < 0.5:
        pixels = pixels[:, ::-1]
    pixels = pixels + random.normal(0, random.uniform(3, 7), (height, width, 1)).astype(np.float32)
    part = file.with_suffix(".part")  # whatever is there is whole
    Image.fromarray(pixels.clip(0, 255).astype(np.uint8)).save(part, "JPEG", quality=int(random.integers(75, 96)))
    part.rename(file)
