"""Class weights: what the training loss of an image is multiplied by, for the sake of its class."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Literal, TypeAlias

import numpy as np

from sightkit.errors import ConfigError
from sightkit.toml.problems import did_you_mean

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from sightkit.images import PreparedData

ClassWeights: TypeAlias = Literal["none", "balanced"] | Mapping[str, float]
"""What ``class_weights`` of ``[training]`` may be."""


def class_weights(choice: ClassWeights, data: PreparedData) -> NDArray[np.float32] | None:
    """Return the weight of each class, float32 ``(classes,)``, or ``None`` where all count alike.

    Args:
        choice: ``"none"``; ``"balanced"``, see `balanced_weights`; or weights by class name, 1 for those left out.
        data: The images whose training split is trained on.

    Raises:
        ConfigError: a name is no class, or no image of the training split has a weight above 0.
    """
    if choice == "none":
        return None
    labels = data.labels[data.splits["train"]]
    if choice == "balanced":
        return balanced_weights(labels, num_classes=data.num_classes)
    weights = named_weights(choice, data.classes)
    if not weights[labels].any():
        message = (
            "training.class_weights: every class that has training images has the weight 0; expected one above 0; give "
            "it to a class that training should learn"
        )
        raise ConfigError(message)
    return weights


def balanced_weights(labels: NDArray[np.int64], *, num_classes: int) -> NDArray[np.float32]:
    """Return weights with which each class that has images counts as much as any other.

    ``n / (classes with images * images of the class)``, as scikit-learn's ``compute_class_weight("balanced")``: the
    mean over the images is 1. A class without images has the weight 0.

    Args:
        labels: int64 ``(n,)``.
        num_classes: How many classes there are.

    Returns:
        float32 ``(classes,)``.
    """
    counts = np.bincount(labels, minlength=num_classes)
    there = counts > 0
    weights = np.zeros(num_classes)
    weights[there] = len(labels) / (there.sum() * counts[there])
    return weights.astype(np.float32)


def named_weights(choice: Mapping[str, float], classes: Sequence[str]) -> NDArray[np.float32]:
    """Return the weights float32 ``(classes,)`` of a table, 1 for the classes that it leaves out.

    Raises:
        ConfigError: it names something that is no class.
    """
    if unknown := [name for name in choice if name not in classes]:
        hints = (f'"{name}": {did_you_mean(name, classes, otherwise="the classes are")}' for name in unknown)
        message = f"training.class_weights: expected names of classes, found others: {'; '.join(hints)}"
        raise ConfigError(message)
    return np.array([choice.get(name, 1.0) for name in classes], np.float32)
