"""`RunPredictor`: predicts with the model of a finished run, from its folder alone."""

from __future__ import annotations

import math
from collections.abc import Generator, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from sightkit.runs.prediction.form import trained
from sightkit.runs.prediction.inputs import AnyImages, items_of
from sightkit.runs.prediction.result import ImagePrediction, ImagePredictions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.evaluation.predict import Predictor
    from sightkit.images.decoding.stream import DecodedBatch, DecodedStream, Item
    from sightkit.runs.record.run import Run


class RunPredictor:
    """Predicts with the model of a run as the run itself did: decoded by the same function, in batches of one size.

    Args:
        run: A finished one.
        at_once: Images a call of the model; by default as many as in the run, so that an image of the run's own data
            gets the probabilities that are stored of it, bit for bit.

    Attributes:
        classes: The class names, in label order.
        deterministic: Whether the run asked TensorFlow for deterministic operations.

    Raises:
        ConfigError: the run hasn't finished.
        StorageError: a file of it is missing or damaged.
    """

    def __init__(self, run: Run, *, at_once: int | None = None) -> None:
        about = trained(run)
        self.classes = about.classes
        self.deterministic = about.deterministic
        self._run = run
        self._form = about.form
        self._temperature = about.temperature
        self._at_once = at_once

    def decoded(self, items: Iterable[Item]) -> DecodedStream:
        """Return images as the model wants them, in batches of the size that it is given; to be closed."""
        from sightkit.evaluation.batchwise import rows_a_call
        from sightkit.images.decoding.stream import DecodedStream

        return DecodedStream(items, self._form, rows=self._at_once or rows_a_call(self._form.shape))

    def predictions(self, batch: DecodedBatch, *, tta: Sequence[str] = ()) -> list[ImagePrediction]:
        """Return what the model says about each image of a batch, in their order.

        Args:
            batch: As `decoded` yields them.
            tta: The views whose probabilities are averaged, see `views_of`.

        Raises:
            ArtefactError: the model can't be loaded.
        """
        probabilities = self._probabilities(batch.pixels, tta)
        return [
            ImagePrediction(id=name, classes=self.classes, probabilities=None, error=batch.problems[row])
            if row in batch.problems
            else self._prediction(name, probabilities[row])
            for row, name in enumerate(batch.ids)
        ]

    @cached_property
    def _predictor(self) -> Predictor:
        from sightkit.evaluation.predict import Predictor
        from sightkit.training.devices.host import require_tensorflow_backend

        require_tensorflow_backend()
        return Predictor(self._run.model, batch_size=self._at_once)

    def _probabilities(self, pixels: NDArray[np.uint8], tta: Sequence[str]) -> NDArray[np.float64]:
        import numpy as np

        from sightkit.evaluation.predict import softmax
        from sightkit.evaluation.views import views_of

        each = [
            softmax(self._predictor.logits_of_batch(view), temperature=self._temperature)
            for view in views_of(pixels, tta)
        ]
        mean: NDArray[np.float64] = np.mean(each, axis=0)
        return mean

    def _prediction(self, name: str, probabilities: NDArray[np.float64]) -> ImagePrediction:
        if not math.isfinite(probabilities.sum()):
            message = "the model's logits are not finite; nothing like this image was in its data"
            return ImagePrediction(id=name, classes=self.classes, probabilities=None, error=message)
        return ImagePrediction(id=name, classes=self.classes, probabilities=probabilities)


def predict_each(
    predictor: RunPredictor, images: AnyImages, *, tta: Sequence[str]
) -> Generator[ImagePrediction, None, None]:
    """Yield what a model says about images, see `Run.predict_each`."""
    from sightkit.evaluation.views import check_views

    views = check_views(tta)
    items = items_of(images)

    def each() -> Generator[ImagePrediction, None, None]:
        with predictor.decoded(items) as decoded:
            for batch in decoded:
                yield from predictor.predictions(batch, tta=views)

    return each()


def predict_all(predictor: RunPredictor, images: AnyImages, *, tta: Sequence[str]) -> ImagePredictions:
    """Return what a model says about images, see `Run.predict`."""
    import numpy as np

    predictions = list(predict_each(predictor, images, tta=tta))
    count = len(predictions)
    probabilities = np.full((count, len(predictor.classes)), np.nan)
    errors: dict[int, str] = {}
    for row, prediction in enumerate(predictions):
        if prediction.probabilities is None:
            errors[row] = prediction.error or ""
        else:
            probabilities[row] = prediction.probabilities
    labels = np.full(count, -1, np.int64)
    good = [row for row in range(count) if row not in errors]
    labels[good] = probabilities[good].argmax(axis=1)
    return ImagePredictions(
        ids=tuple(prediction.id for prediction in predictions),
        classes=predictor.classes,
        labels=labels,
        probabilities=probabilities,
        errors=errors,
    )
