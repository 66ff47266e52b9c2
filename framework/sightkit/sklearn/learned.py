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

        return softmax(self._logits(values), temperature=self.temperature)

    def log_probabilities(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return their logarithms float64 ``(n, classes)``, finite where a probability is too small for its number."""
        from scipy.special import log_softmax

        logarithms: NDArray[np.float64] = log_softmax(
            self._logits(values).astype(np.float64) / self.temperature, axis=1
        )
        return logarithms

    def log_odds(self, values: NDArray[Any]) -> NDArray[np.float64]:
        """Return how much more probable each class is than all others together, see `log_odds`."""
        return log_odds(self._logits(values).astype(np.float64) / self.temperature)

    def _logits(self, values: NDArray[Any]) -> NDArray[np.float32]:
        logits = self.model.logits(in_form(self.pixels.of(values), self.form))
        if wrong := int((~np.isfinite(logits).all(axis=1)).sum()):
            message = f"the model's logits of {wrong:,} images are not finite; expected finite numbers; train it again"
            raise DivergedError(message)
        return logits


def log_odds(logits: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return ``log(p / (1 - p))`` of the probability of each class, float64 ``(n, classes)``.

    Logits by themselves say less: a number may be added to all those of an image, and its probabilities stay.
    """
    from scipy.special import log_softmax, logsumexp

    logarithms = log_softmax(logits, axis=1)
    rows, top = np.arange(len(logits)), logits.argmax(axis=1)
    probable = logarithms[rows, top] > np.log(0.5)
    rows, top = rows[probable], top[probable]
    probabilities = np.exp(logarithms)
    probabilities[rows, top] = 0.0
    odds: NDArray[np.float64] = logarithms - np.log1p(-probabilities)
    # Of a probability near 1 what is left is known better from the others than from a difference.
    others = logits[rows]
    others[np.arange(len(rows)), top] = -np.inf
    odds[rows, top] = logits[rows, top] - logsumexp(others, axis=1)
    return odds


def in_form(images: NDArray[np.uint8], form: Form) -> NDArray[np.uint8]:
    """Return images in a form, as a run brings them to it, uint8 ``(n, height, width, channels)``."""
    from sightkit.evaluation.batchwise import rows_a_call
    from sightkit.images.decoding.stream import DecodedStream

    if images.shape[1:] == form.shape:
        return images
    items = ((str(row), image) for row, image in enumerate(images))
    with DecodedStream(items, form, rows=rows_a_call(form.shape)) as batches:
        return np.concatenate([batch.pixels for batch in batches])
