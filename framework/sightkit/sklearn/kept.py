"""`KeptModel`: a Keras model that is pickled as the bytes of its file, and predicts."""

from __future__ import annotations

import tempfile
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sightkit.runs.building.saving import save_model
from sightkit.runs.record.model import read_model

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.evaluation.predict import Predictor

FILE = "model.keras"


class KeptModel:
    """A model from images to logits. Copies and pickles hold its values, and nothing of this process.

    Args:
        file: A .keras file, from which the model is made when it is asked for.
        model: Or the model itself, which may go on changing.
    """

    def __init__(self, *, file: bytes | None = None, model: keras.Model | None = None) -> None:
        self._file = file
        if model is not None:
            self.model = model

    @cached_property
    def model(self) -> keras.Model:
        """From float32 images in [0, 1] to float32 logits.

        Raises:
            ArtefactError: it can't be read, or would run code when it is.
        """
        from sightkit.training.devices.host import require_tensorflow_backend

        assert self._file is not None
        require_tensorflow_backend()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder, FILE)
            path.write_bytes(self._file)
            return read_model(path)

    @cached_property
    def _predictor(self) -> Predictor:
        from sightkit.evaluation.predict import Predictor

        return Predictor(self.model)

    def logits(self, images: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Return the logits float32 ``(n, classes)`` of images uint8 ``(n, height, width, channels)``."""
        return self._predictor.logits(images)

    def __getstate__(self) -> dict[str, Any]:
        return {"_file": self._file if self._file is not None else file_of(self.model)}


def file_of(model: keras.Model) -> bytes:
    """Return the .keras file of a model."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, FILE)
        save_model(path, model)
        return path.read_bytes()
