"""What is computed on the validation split after each epoch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sightkit.runs.judging.judge import logits_of
from sightkit.runs.judging.metrics import Metrics, values_of

if TYPE_CHECKING:
    from sightkit.contracts import LossFunction
    from sightkit.evaluation.predict import Predictor
    from sightkit.images import PreparedData


class Validation:
    """The loss and the metrics on the validation split.

    Args:
        data: The images.
        metrics: The experiment's.
        loss: The experiment's.
        predictor: Predicts with the model that is being trained.

    Attributes:
        higher_is_better: The direction of each score.
    """

    def __init__(self, data: PreparedData, metrics: Metrics, loss: LossFunction, predictor: Predictor) -> None:
        self._rows = data.splits["validation"]
        self._data = data
        self._metrics = metrics
        self._loss = loss
        self._predictor = predictor
        self.higher_is_better = {"loss": False, **self._directions()}

    def _directions(self) -> dict[str, bool]:
        """Ask each metric about a model that knows nothing: only its answer says in which direction it is better."""
        import numpy as np

        uniform = np.full((len(self._rows), self._data.num_classes), 1.0 / self._data.num_classes)
        scores = values_of(self._metrics, self._data, self._rows, uniform)
        return {name: score.higher_is_better for name, score in scores.items()}

    def __call__(self) -> dict[str, float]:
        """Return the loss and the value of each metric, by name."""
        from sightkit.evaluation.predict import softmax
        from sightkit.training.steps.loss import mean_loss

        labels = self._data.labels[self._rows]
        logits = logits_of(self._predictor, self._data, self._rows)
        scores = values_of(self._metrics, self._data, self._rows, softmax(logits))
        return {
            "loss": mean_loss(self._loss, labels, logits, num_classes=self._data.num_classes),
            **{name: score.value for name, score in scores.items()},
        }
