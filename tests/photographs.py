"""Photographs for tests, and copies of them as one finds them elsewhere."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, ImageEnhance
from sklearn.datasets import load_sample_images


def photographs(count: int, size: int = 160) -> np.ndarray:
    """Parts of two photographs, uint8 ``(count, size, size, 3)``."""
    generator = np.random.default_rng(0)
    whole = [Image.fromarray(each) for each in load_sample_images().images]
    parts = []
    for index in range(count):
        image, side = whole[index % 2], int(generator.integers(200, 420))
        left, top = (int(generator.integers(0, length - side)) for length in image.size)
        parts.append(np.asarray(image.crop((left, top, left + side, top + side)).resize((size, size))))
    return np.stack(parts)


def changed(pixels: np.ndarray, how: str) -> np.ndarray:
    """A copy as one finds it elsewhere."""
    image = Image.fromarray(pixels)
    if how == "compressed":
        file = io.BytesIO()
        image.save(file, "JPEG", quality=30)
        image = Image.open(file)
    elif how == "resized":
        image = image.resize((60, 60)).resize(image.size)
    elif how == "darkened":
        image = ImageEnhance.Brightness(image).enhance(0.8)
    elif how == "grey":
        image = image.convert("L").convert("RGB")
    return np.asarray(image)
