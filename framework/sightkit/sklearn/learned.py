"""`Learned`: what a training leaves, from numbers to probabilities."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from sightkit.errors import DivergedError
from sightkit.sklearn.kept import KeptModel
from sightkit.sklearn.pixels import Pixels

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images.decoding.form import Form


@dataclass(frozen=True, kw_only=True)
class Learned:
    """What a training leaves.

    Attributes:
        pixels: How numbers become images.
        form: What images are brought to.
        model: From images to logits.
        temperature: What logits are divided by before the softmax.
    """

    pixels: Pixels
    form: Form
    model: KeptModel
    temperature: float = 1.0

    def probabilities(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return the probabilities float64 ``(n, classes)`` of images; each row sums to one.

        Raises:
            ValueError: the numbers are no images as those of the training were.
            DivergedError: the network's answer is not finite.
        """
        from sightkit.evaluation.predict import softmax

        logits = self.model.logits(in_form(self.pixels.of(values), self.form))
        if wrong := int((~np.isfinite(logits).all(axis=1)).sum()):
            message = f"the model's logits of {wrong:,} images are not finite; expected finite numbers; train it again"
            raise DivergedError(message)
        return softmax(logits, temperature=self.temperature)


def in_form(images: NDArray[np.uint8], form: Form) -> NDArray[np.uint8]:
    """Return images in a form, as a run brings them to it, uint8 ``(n, height, width, channels)``."""
    from sightkit.evaluation.batchwise import rows_a_call
    from sightkit.images.decoding.stream import DecodedStream

    if images.shape[1:] == form.shape:
        return images
    items = ((str(row), image) for row, image in enumerate(images))
    with DecodedStream(items, form, rows=rows_a_call(form.shape)) as batches:
        return np.concatenate([batch.pixels for batch in batches])
