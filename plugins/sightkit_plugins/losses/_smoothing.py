"""Label smoothing, as all losses offer it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from pydantic import Field

if TYPE_CHECKING:
    import tensorflow as tf

LabelSmoothing = Annotated[
    float, Field(ge=0, lt=1, description="Fraction of each label that is spread evenly over all classes.")
]
"""Source: Szegedy et al., "Rethinking the Inception Architecture for Computer Vision", CVPR 2016."""


def smooth(labels: tf.Tensor, label_smoothing: float, *, num_classes: int) -> tf.Tensor:
    """Return labels ``(batch, classes)`` of which a fraction is spread evenly over all classes."""
    if not label_smoothing:
        return labels
    return labels * (1.0 - label_smoothing) + label_smoothing / num_classes
