"""What became of each image of a split: what it is, what it was taken for, how sure the model was."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np

from sightkit_plugins.reports._confusion import ConfusionMatrix, count_confusions

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit import Predictions


@dataclass(frozen=True)
class Outcome:
    """The predictions of a split, as questions are asked of them.

    Attributes:
        predictions: What the model said.
        classes: The class names; untrusted text.
    """

    predictions: Predictions
    classes: tuple[str, ...]

    @property
    def actual(self) -> NDArray[np.int64]:
        """The label of each image."""
        return self.predictions.labels

    @cached_property
    def predicted(self) -> NDArray[np.int64]:
        """What it was taken for; of classes that are equally probable the first one."""
        predicted: NDArray[np.int64] = self.predictions.probabilities.argmax(axis=1)
        return predicted

    @cached_property
    def certainty(self) -> NDArray[np.float64]:
        """The probability of the class that it was taken for."""
        certainty: NDArray[np.float64] = self.predictions.probabilities.max(axis=1)
        return certainty

    @cached_property
    def matrix(self) -> ConfusionMatrix:
        """How many images of each class were taken for which."""
        return count_confusions(self.predictions, classes=self.classes)

    def worst(self, count: int) -> NDArray[np.int64]:
        """Return the rows of the wrong predictions in which the actual class was held for the least probable."""
        wrong = np.flatnonzero(self.predicted != self.actual)
        given = self.predictions.probabilities[wrong, self.actual[wrong]]
        # Among actual classes that are equally improbable, the surer the model was, the worse.
        return wrong[np.lexsort((-self.certainty[wrong], given))][:count]

    def least_certain(self, count: int) -> NDArray[np.int64]:
        """Return the rows, right or wrong, whose predicted class was the least probable."""
        return np.argsort(self.certainty, kind="stable")[:count]
