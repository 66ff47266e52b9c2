"""Which arrays of a file are images and which their labels, by their keys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit import DataError
from sightkit_plugins.datasets._array_values import read_labels, read_pixels
from sightkit_plugins.datasets._findings import named
from sightkit_plugins.datasets._split_words import SPLIT_WORDS, split_of_word
from sightkit_plugins.datasets._stored_arrays import StoredArray, find_arrays

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit import SplitName

# Keras' mnist.npz; MedMNIST, https://github.com/MedMNIST/MedMNIST; what people call them.
KEYS = (("x_*", "y_*"), ("*_images", "*_labels"), ("images", "labels"))


@dataclass(frozen=True, slots=True)
class Part:
    """Images and labels that belong together, where they are from, and their split where the keys say so."""

    word: str
    split: SplitName | None
    images: NDArray[np.uint8]
    labels: NDArray[Any]
    files: tuple[Path, Path]

    def ids(self) -> list[str]:
        """Return an id for each image: the word of its split, if there is one, and its row."""
        prefix = f"{self.word}/" if self.word else ""
        return [f"{prefix}{row:05d}" for row in range(len(self.images))]


def find_pairs(path: Path, keys: tuple[str, str] | None) -> list[tuple[str, StoredArray, StoredArray]]:
    """Return the arrays of images and labels of each split, with the word for the split in their keys."""
    arrays = find_arrays(path)
    for images_key, labels_key in [keys] if keys else KEYS:
        images, labels = matching(arrays, images_key), matching(arrays, labels_key)
        if not images and not labels:
            continue
        if images.keys() != labels.keys():
            word, key = next(iter({(word, labels_key) for word in images.keys() - labels.keys()}), ("", ""))
            if not key:
                word, key = min(labels.keys() - images.keys()), images_key
            message = f"{path}: expected an array {key.replace('*', word)!r}, found {named(sorted(arrays))}"
            raise DataError(message)
        if len({split_of_word(word) for word in images}) < len(images):
            message = f"{path}: expected one array of images for each split, found those of {', '.join(sorted(images))}"
            raise DataError(message)
        return [(word, images[word], labels[word]) for word in images]
    wanted = " or ".join(" and ".join(pair) for pair in ([keys] if keys else KEYS))
    message = f"{path}: expected arrays {wanted} (* is train, val or test), found {named(sorted(arrays))}; set keys"
    raise DataError(message)


def matching(arrays: Mapping[str, StoredArray], key: str) -> dict[str, StoredArray]:
    """Return the arrays of a key by the word that its star stands for; by the empty word if it has none."""
    words = SPLIT_WORDS if "*" in key else [""]
    found = {word: arrays.get(key.replace("*", word)) for word in words}
    return {word: array for word, array in found.items() if array}


def read_part(word: str, images: StoredArray, labels: StoredArray, *, classes: tuple[str, ...] | None) -> Part:
    """Return the images and labels of a split, found to be in range and to belong together."""
    pixels = read_pixels(images)
    values = read_labels(labels, num_classes=len(classes) if classes else None)
    if len(pixels) != len(values):
        message = f"{labels.where}: expected a label for each of the {len(pixels):,} images, found {len(values):,}"
        raise DataError(message)
    return Part(word, split_of_word(word), pixels, values, (images.path, labels.path))
