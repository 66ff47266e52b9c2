"""`FeaturePredictor`: predictions from features that are known, where the model's backbone is as it was."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import StorageError
from sightkit.evaluation.batchwise import Batchwise, rows_a_call
from sightkit.evaluation.predict import Predictor

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.images.prepared import ImageArray
    from sightkit.runs.features.features import Features


class FeaturePredictor(Predictor):
    """Predicts bit for bit what a `Predictor` of the whole model does.

    Once features of the backbone as it is were asked for, those of other images are kept, too: the next run that
    trains a head on them needs none of the images.

    Args:
        model: The whole.
        head: Its part from features to logits.
        features: Those of ``images``.
        images: The run's; any others are predicted by the whole model.
    """

    def __init__(self, model: keras.Model, *, head: keras.Model, features: Features, images: ImageArray) -> None:
        super().__init__(model)
        self._features = features
        self._images = images
        # As many rows a call as the whole model is given: its kernels round as theirs do.
        self._head = Batchwise(lambda values: head(values, training=False), batch_size=rows_a_call(images.shape[1:]))

    def logits(self, images: ImageArray, rows: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images; arguments and errors as for a `Predictor`."""
        rows = np.arange(len(images)) if rows is None else rows
        features = self._features_of(rows) if images is self._images else None
        if features is None:
            return super().logits(images, rows)
        return np.concatenate(list(self._head(features, np.arange(len(rows)))))

    def _features_of(self, rows: NDArray[np.int64]) -> NDArray[np.float32] | None:
        try:
            return self._features.of_known_backbone(rows)
        except StorageError:  # a trained model is not lost because there is no room for what would spare time
            return None
