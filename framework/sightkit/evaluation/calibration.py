"""Temperature scaling: one number that makes a model as sure of itself as it is right."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class Temperature:
    """A temperature that was fitted.

    Attributes:
        value: What logits are divided by before the softmax; above 1 for a model that was too sure of itself.
        images: How many it was fitted on.
        log_loss_before: Their mean log loss with the logits as they are.
        log_loss_after: The same with this temperature.
        problem: Why it stays at 1, where no temperature is the best one; else ``None``.
    """

    value: float
    images: int
    log_loss_before: float
    log_loss_after: float
    problem: str | None = None

    def document(self) -> dict[str, Any]:
        """Return what a manifest says of it."""
        return {
            "use": "temperature",
            "temperature": self.value,
            "fitted_on": {"split": "validation", "images": self.images},
            "log_loss": {"before": self.log_loss_before, "after": self.log_loss_after},
            "problem": self.problem,
        }


def fit_temperature(logits: NDArray[np.float32], labels: NDArray[np.int64]) -> Temperature:
    """Return the temperature with the least log loss; the class with the highest probability stays the same.

    The log loss is convex in the inverse of the temperature, and the mean over images of (expected logit - logit of the
    label) is its derivative, which is looked for its root. There is none where every label has the highest logit: the
    best temperature would be 0, and each probability 0 or 1. Nor is there one where labels have logits no higher than
    other classes on average: then it would be infinite. In both cases the temperature stays at 1.

    Source: C. Guo, G. Pleiss, Y. Sun and K. Q. Weinberger, "On Calibration of Modern Neural Networks", ICML 2017,
    section 4.2.

    Args:
        logits: float32 ``(n, classes)`` of images that the model was not trained on, all finite.
        labels: int64 ``(n,)``.
    """
    from scipy.optimize import brentq

    scores = logits.astype(np.float64)
    scores -= scores.max(axis=1, keepdims=True)
    own = scores[np.arange(len(scores)), labels]

    def slope(inverse: float) -> float:
        powers = np.exp(inverse * scores)
        return float(np.mean((powers * scores).sum(axis=1) / powers.sum(axis=1) - own))

    before = log_loss(logits, labels)
    problem = None
    if slope(0.0) >= 0:
        problem = "on average the right class is given no more than the others"
    elif not own.any():
        problem = "every image is given its right class, and so any certainty would seem justified"
    if problem:
        return Temperature(
            value=1.0, images=len(labels), log_loss_before=before, log_loss_after=before, problem=problem
        )
    highest = 1.0
    while slope(highest) <= 0:  # at infinity it is the mean of -own, above 0
        highest *= 2
    value = 1 / float(brentq(slope, 0.0, highest, xtol=1e-12))
    return Temperature(
        value=value,
        images=len(labels),
        log_loss_before=before,
        log_loss_after=log_loss(logits, labels, temperature=value),
    )


def log_loss(logits: NDArray[np.float32], labels: NDArray[np.int64], *, temperature: float = 1.0) -> float:
    """Return the mean of -log of the probability that each label is given."""
    scores = logits.astype(np.float64) / temperature
    scores -= scores.max(axis=1, keepdims=True)
    return float(np.mean(np.log(np.exp(scores).sum(axis=1)) - scores[np.arange(len(scores)), labels]))
