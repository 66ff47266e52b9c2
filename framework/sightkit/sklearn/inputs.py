"""What scikit-learn's conventions demand of the arguments of `fit` and `predict`, before they are taken for images."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import _check_sample_weight, validate_data

from sightkit.sklearn.arrays import as_images, as_labels

if TYPE_CHECKING:
    from numpy.typing import ArrayLike, NDArray
    from sklearn.base import BaseEstimator


@dataclass(frozen=True, kw_only=True)
class Samples:
    """Training images that count, as numbers.

    Attributes:
        values: ``(n, features)``, ``(n, height, width)`` or ``(n, height, width, channels)``.
        labels: As they were passed, ``(n,)``.
        weights: float64 ``(n,)``, all above 0; ``None`` where nobody passed any.
        lost: The labels of classes that have no images here, since all of theirs had the weight 0.
    """

    values: NDArray[Any]
    labels: NDArray[Any]
    weights: NDArray[np.float64] | None
    lost: tuple[Any, ...] = ()

    @property
    def classes(self) -> NDArray[Any]:
        """The classes, sorted.

        Raises:
            ValueError: fewer than two, or one has no images that count.
        """
        if self.lost:
            message = (
                f"sample_weight: all samples of the classes {[*self.lost]} have weight zero; leave these classes out"
            )
            raise ValueError(message)
        return several_classes(self.labels)


def checked_images(estimator: BaseEstimator, images: ArrayLike, *, shape: tuple[int, int, int]) -> NDArray[Any]:
    """Return the images of a prediction as numbers of any shape.

    Args:
        estimator: Knows how many numbers an image has.
        images: Of any shape.
        shape: ``(height, width, channels)`` of those of the training.

    Raises:
        ValueError: they aren't finite numbers, or not as many an image as there were in training.
    """
    several = as_images(images)
    refuse_one_alone(several, shape)
    values: NDArray[Any] = validate_data(estimator, several, reset=False, **dimensions(several))
    refuse_other_size(estimator, values)
    return values


def checked_samples(
    estimator: BaseEstimator, images: ArrayLike, labels: ArrayLike, weights: ArrayLike | None, *, reset: bool
) -> Samples:
    """Return what can be trained on; images of weight 0 are left out, as if nobody had passed them.

    Args:
        estimator: Learns how many numbers an image has, if ``reset``.
        images: Of any shape.
        labels: One an image.
        weights: One an image, or none.
        reset: Whether this is where training begins.

    Raises:
        ValueError: of any of them, what can't be used.
    """
    several = as_images(images)
    values, targets = validate_data(estimator, several, as_labels(labels), reset=reset, **dimensions(several))
    if reset:
        estimator.n_features_in_ = math.prod(values.shape[1:])
    refuse_other_size(estimator, values)
    refuse_other_targets(targets)
    if weights is None:
        return Samples(values=values, labels=targets, weights=None)
    checked = _check_sample_weight(weights, values, dtype=np.float64)
    if (checked < 0).any():
        message = f"sample_weight: expected weights of at least 0, found {checked.min():g}"
        raise ValueError(message)
    if not checked.any():
        message = "sample_weight: expected at least one weight above zero, found zeros only"
        raise ValueError(message)
    counts = checked > 0
    lost = sorted({*targets.tolist()} - {*targets[counts].tolist()})
    return Samples(values=values[counts], labels=targets[counts], weights=checked[counts], lost=tuple(lost))


def dimensions(images: Any) -> dict[str, bool]:
    """Return how scikit-learn is to be told of more dimensions than two, which it then doesn't look at."""
    several = len(images.shape) > 2
    return {"allow_nd": several, "ensure_2d": not several}


def refuse_one_alone(images: Any, shape: tuple[int, int, int]) -> None:
    """Refuse one image where several are expected."""
    found = tuple(images.shape)
    if found in (shape, shape[:2]) and math.prod(found[1:]) != math.prod(shape):
        message = f"X: expected an array of images, found one image of shape {found}; write X[np.newaxis]"
        raise ValueError(message)


def refuse_other_targets(targets: NDArray[Any]) -> None:
    """Refuse labels that are none of classes."""
    try:
        check_classification_targets(targets)
        np.unique(targets)
    except TypeError as error:
        kinds = sorted({type(label).__name__ for label in targets.tolist()})
        if len(kinds) == 1:
            raise
        message = f"y: expected labels of one type, found {' and '.join(kinds)}; None and NA are no labels"
        raise ValueError(message) from error


def refuse_other_size(estimator: BaseEstimator, values: NDArray[Any]) -> None:
    """Refuse images that have other numbers than those of the training."""
    if (found := math.prod(values.shape[1:])) != estimator.n_features_in_:
        message = f"X has images of {found} numbers; expected {estimator.n_features_in_}, as in training"
        raise ValueError(message)


def indices(labels: NDArray[Any], classes: NDArray[Any]) -> NDArray[np.int64]:
    """Return where in ``classes``, which is sorted, each label is, int64 ``(n,)``.

    Raises:
        ValueError: a label isn't there.
    """
    if unknown := sorted({*labels.tolist()} - {*classes.tolist()}):
        message = f"y has labels that are not among the classes {classes.tolist()}: {unknown}"
        raise ValueError(message)
    return np.searchsorted(classes, labels).astype(np.int64)


def several_classes(labels: ArrayLike) -> NDArray[Any]:
    """Return the classes that there are, sorted.

    Raises:
        ValueError: fewer than two.
    """
    classes = np.unique(np.asarray(labels))
    if len(classes) < 2:
        message = f"y: expected labels of at least two classes, found only one class: {classes.tolist()}"
        raise ValueError(message)
    return classes


def classes_to_come(estimator: BaseEstimator, classes: ArrayLike | None) -> NDArray[Any]:
    """Return all classes of a training that goes on call by call, sorted: those of its first call.

    Raises:
        ValueError: nobody said which they are, or somebody says otherwise now.
    """
    known: NDArray[Any] | None = getattr(estimator, "classes_", None)
    if known is not None:
        if classes is not None and not np.array_equal(known, np.unique(np.asarray(classes))):
            message = (
                f"classes: expected those of the calls before, {known.tolist()}, found {np.unique(classes).tolist()}"
            )
            raise ValueError(message)
        return known
    if classes is None:
        message = "classes: expected all labels that will ever come in the first call of partial_fit, found none"
        raise ValueError(message)
    return several_classes(classes)
