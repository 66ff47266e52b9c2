"""The numbers of a confusion matrix, and the names of its classes made fit for showing."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from rich.cells import cell_len

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit import Predictions


@dataclass(frozen=True, slots=True)
class ConfusionMatrix:
    """How many images of each actual class were taken for which.

    Attributes:
        classes: The class names as they are; untrusted text.
        counts: int64 ``(classes, classes)``; rows are actual classes, columns predicted ones.
    """

    classes: tuple[str, ...]
    counts: NDArray[np.int64]

    @property
    def images(self) -> int:
        """How many images there are."""
        return int(self.counts.sum())

    @property
    def images_in_words(self) -> str:
        """How many images there are: ``"1,797 images"``."""
        return "1 image" if self.images == 1 else f"{self.images:,} images"

    @property
    def correct(self) -> int:
        """How many of them were taken for what they are."""
        return int(np.trace(self.counts))

    @property
    def rates(self) -> NDArray[np.float64]:
        """Each row as shares of its images; ``nan`` for a class without images."""
        images = self.counts.sum(axis=1, keepdims=True)
        rates = np.full(self.counts.shape, np.nan)
        np.divide(self.counts, images, out=rates, where=images > 0)
        return rates


@dataclass(frozen=True, slots=True)
class ConfusedPair:
    """Images of one class that were taken for another.

    Attributes:
        actual: What they are, a label.
        predicted: What they were taken for, a label.
        images: How many there are.
        share: Of all images of the actual class.
    """

    actual: int
    predicted: int
    images: int
    share: float


def confused_pairs(matrix: ConfusionMatrix) -> list[ConfusedPair]:
    """Return the pairs of classes between which images went wrong, those with most images first."""
    wrong = matrix.counts - np.diag(np.diagonal(matrix.counts))
    shares = np.nan_to_num(matrix.rates)
    # Of pairs that are equally frequent, the one whose actual class is smaller is the more confused.
    order = np.lexsort((-shares.ravel(), -wrong.ravel()))[: np.count_nonzero(wrong)]
    actual, predicted = np.divmod(order, len(matrix.classes))
    columns = (actual, predicted, wrong[actual, predicted], shares[actual, predicted])
    return [ConfusedPair(*pair) for pair in zip(*(column.tolist() for column in columns), strict=True)]


def count_confusions(predictions: Predictions, *, classes: tuple[str, ...]) -> ConfusionMatrix:
    """Count which class was taken for which; of classes that are equally probable, the first one is predicted."""
    predicted = predictions.probabilities.argmax(axis=1)
    size = len(classes)
    counts = np.bincount(predictions.labels * size + predicted, minlength=size * size)
    return ConfusionMatrix(classes=classes, counts=counts.reshape(size, size))


def shown_names(classes: tuple[str, ...], *, width: int) -> list[str]:
    """Return every class name as one harmless line of at most ``width`` terminal cells."""
    return [shortened(printable(name) or f"class {label}", width=width) for label, name in enumerate(classes)]


def printable(text: str) -> str:
    """Return untrusted text as one line: no line breaks, no terminal or writing-direction controls, no surrogates."""
    seen = "".join(" " if character.isspace() else character for character in text)
    kept = (character for character in seen if unicodedata.category(character) != "Cf")
    return " ".join(
        "".join(character if character.isprintable() else "\N{REPLACEMENT CHARACTER}" for character in kept).split()
    )


def shortened(text: str, *, width: int) -> str:
    """Return ``text`` without its middle where it is wider than ``width`` terminal cells: names differ at both ends."""
    if cell_len(text) <= width:
        return text
    head, tail = text, text
    while cell_len(head) > width - 1 - width // 3:
        head = head[:-1]
    while cell_len(tail) > width // 3:
        tail = tail[1:]
    return f"{head.rstrip()}…{tail.lstrip()}"


def percent(share: float) -> str:
    """Return a share as percent with one decimal; ``-`` where it is not defined."""
    return "-" if np.isnan(share) else f"{100 * share:.1f} %"
