"""How much each image counts in training: what such weights may be, and what is made of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from sightkit.errors import DataError

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.contracts import Samples


def check_weights(samples: Samples) -> None:
    """Refuse weights that are negative, not finite, or no numbers."""
    weights = samples.weights
    if weights is None:
        return
    if not isinstance(weights, np.ndarray) or weights.ndim != 1 or weights.dtype != np.float32:
        found = f"{getattr(weights, 'dtype', type(weights).__name__)} of shape {np.shape(weights)}"
        message = f"weights: expected an array of float32 of shape (n,), found {found}"
        raise DataError(message)
    wrong = ~np.isfinite(weights) | (weights < 0)
    if wrong.any():
        row = int(wrong.argmax())
        message = f"{samples.ids[row]}: expected a finite weight of at least 0, found {weights[row]}"
        raise DataError(message)


def relative_weights(weights: NDArray[np.float32] | None, train: NDArray[np.int64]) -> NDArray[np.float32] | None:
    """Return weights float32 ``(n,)`` whose mean over the training images is 1.

    So they say nothing of how large a step of training is: only which images it listens to.

    Raises:
        DataError: no training image has a weight above 0.
    """
    if weights is None:
        return None
    total = weights[train].sum(dtype=np.float64)
    if not total > 0:
        message = f"weights: expected one above 0 among those of the {len(train):,} training images, found zeros only"
        raise DataError(message)
    relative: NDArray[np.float32] = (weights * (len(train) / total)).astype(np.float32)
    relative.flags.writeable = False
    return relative
