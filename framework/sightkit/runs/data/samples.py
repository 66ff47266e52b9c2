"""samples.png: some images of each class on one sheet."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL import Image

    from sightkit.images import PreparedData
    from sightkit.images.sheets.sheet import Row

MOST_CLASSES = 200
FEW, SEVERAL = 20, 60
"""Up to so many classes have ten and seven samples, more have five."""


def draw_samples(data: PreparedData, *, name: str, seed: int) -> Image.Image:
    """Return a sheet with a row for each class.

    Args:
        data: The images.
        name: The experiment's name.
        seed: Decides which images are shown.
    """
    from sightkit.images.sheets.sheet import draw_sheet

    shown = min(data.num_classes, MOST_CLASSES)
    count, side = (10, 96) if shown <= FEW else (7, 80) if shown <= SEVERAL else (5, 64)
    images = sum(len(rows) for rows in data.splits.values())
    height, width, channels = data.image_shape
    form = f"{height} x {width} pixels, {'grey' if channels == 1 else 'RGB'}"
    note = f"{images:,} images as prepared: {form}; a few of each class, chosen at random"
    if shown < data.num_classes:
        note = f"the first {shown} of {data.num_classes:,} classes; {note}"
    rows = [sample_row(data, label, count=count, seed=seed) for label in range(shown)]
    return draw_sheet(rows, title=name, note=note, side=side)


def sample_row(data: PreparedData, label: int, *, count: int, seed: int) -> Row:
    """Return the row of a class."""
    from sightkit.images.sheets.sheet import Picture, Row

    members = rows_of_class(data, label)
    chosen = sample(members, count=count, seed=seed, label=label)
    pictures = [Picture(pixels) for pixels in data.images[chosen]]
    return Row(data.classes[label], f"label {label}, {len(members):,} images", pictures)


def rows_of_class(data: PreparedData, label: int) -> NDArray[np.int64]:
    """Return the rows of a class that are in any split, ascending."""
    import numpy as np

    used = np.sort(np.concatenate(list(data.splits.values())))
    members: NDArray[np.int64] = used[data.labels[used] == label]
    return members


def sample(rows: NDArray[np.int64], *, count: int, seed: int, label: int) -> NDArray[np.int64]:
    """Return some of the rows at random, the same for the same seed."""
    import numpy as np

    generator = np.random.Generator(np.random.Philox(key=np.array([seed, label], np.uint64)))
    return np.sort(generator.permutation(rows)[:count])


def save_picture(picture: Image.Image, path: Path) -> None:
    """Write a picture as PNG.

    Raises:
        StorageError: it can't be written.
    """
    from sightkit.files import replacing

    with replacing(path) as file:
        picture.save(file, "PNG")
