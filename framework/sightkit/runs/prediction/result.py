"""What a trained model says about images that anybody brings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImagePrediction:
    """What a model says about one image.

    Attributes:
        id: The path of the image, or the number of the array, counted from 0.
        classes: The class names, in label order; untrusted text.
        probabilities: float64 ``(classes,)``, their sum is one; ``None`` for an image that can't be used.
        error: What is wrong with such an image, else ``None``.
    """

    id: str
    classes: tuple[str, ...]
    probabilities: NDArray[np.float64] | None
    error: str | None = None

    def top(self, count: int = 1) -> list[tuple[str, float]]:
        """Return the most probable classes with their probabilities, of equal ones the first; none after an error."""
        if self.probabilities is None:
            return []
        order = (-self.probabilities).argsort(kind="stable")[:count].tolist()
        return [(self.classes[label], float(self.probabilities[label])) for label in order]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ImagePredictions:
    """What a model says about some images, in the order in which they were given.

    Attributes:
        ids: The path of each image, or its number, length ``n``.
        classes: The class names, in label order; untrusted text.
        labels: The most probable class of each, int64 ``(n,)``; -1 for an image that can't be used.
        probabilities: float64 ``(n, classes)``; rows sum to one, or are ``nan`` for an image that can't be used.
        errors: What is wrong with such images, by row.
    """

    ids: tuple[str, ...]
    classes: tuple[str, ...]
    labels: NDArray[np.int64]
    probabilities: NDArray[np.float64]
    errors: Mapping[int, str]

    def _repr_html_(self) -> str:
        from sightkit.notebook import table

        return table(("image", "class", "probability"), map(self._row, range(len(self.ids))))

    def _row(self, row: int) -> tuple[str, str, str]:
        if row in self.errors:
            return self.ids[row], "none", self.errors[row]
        label = int(self.labels[row])
        return self.ids[row], self.classes[label], f"{100 * self.probabilities[row, label]:.1f} %"
