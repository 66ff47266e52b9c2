"""The networks that an architecture is looked at with: each is built once, for all checks of one example."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from sightkit.contracts import ArchitectureTask
from sightkit.errors import ConfigError, SightkitError
from sightkit.runs.building.network import build_network
from sightkit.testing.subject import Shape, Subject

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.training.networks.network import Classifier

SHAPES: tuple[Shape, ...] = ((32, 32, 3), (32, 32, 1), (75, 75, 3), (96, 96, 3), (224, 224, 3), (299, 299, 3))
"""The first that an architecture accepts is what it is looked at with: the smallest costs least."""
CLASSES, COUNT, SEED = 5, 4, 11


def build_for(subject: Subject, shape: Shape, *, std: float = 0.2) -> Classifier:
    """Return the architecture for images of a shape, as training has it."""
    channels = shape[2]
    task = ArchitectureTask(
        image_shape=shape, num_classes=CLASSES, channel_mean=(0.4,) * channels, channel_std=(std,) * channels
    )
    return build_network(subject.use, task, seed=SEED)


@dataclass(frozen=True)
class FirstBuilt:
    """The network that is looked at.

    Attributes:
        shape: Of the images that it is built for.
        classifier: The network.
        digest: Of its weights as they were built, before any check has used it.
    """

    shape: Shape
    classifier: Classifier
    digest: str


def first_built(subject: Subject) -> FirstBuilt:
    """Return the network for the first shape that the architecture accepts.

    Raises:
        ConfigError: it refuses them all.
    """
    from sightkit.training.state.variables import weights_digest

    def make() -> FirstBuilt:
        shapes = subject.shapes(SHAPES)
        for shape in shapes:
            try:
                classifier = build_for(subject, shape)
            except ConfigError:
                if shape == shapes[-1]:
                    raise
            else:
                return FirstBuilt(shape, classifier, weights_digest(classifier.model))
        raise AssertionError

    return subject.once("first", make)


def model_of(subject: Subject) -> keras.Model:
    """Return the model from images to logits."""
    return first_built(subject).classifier.model


def images_for(subject: Subject) -> NDArray[np.float32]:
    """Return a few images float32 in [0, 1]."""
    return noise(first_built(subject).shape)


def noise(shape: Shape) -> NDArray[np.float32]:
    """Return a few images of a shape, float32 in [0, 1]."""
    return np.random.default_rng(0).random((COUNT, *shape), np.float32)


def logits(subject: Subject) -> NDArray[np.float32]:
    """Return what the untrained model says about the images, computed once."""

    def compute() -> NDArray[np.float32]:
        made: NDArray[np.float32] = model_of(subject)(images_for(subject), training=False).numpy()
        return made

    return subject.once("logits", compute)


def built_without_contrast(subject: Subject) -> Classifier | SightkitError:
    """Return the network for grey images that are not square and have no contrast, or why it cannot be built."""

    def make() -> Classifier | SightkitError:
        try:
            return build_for(subject, grey(subject), std=0.0)
        except SightkitError as error:
            return error

    return subject.once("without contrast", make)


def grey(subject: Subject) -> Shape:
    """Return the shape of grey images that are not square."""
    height, width, _ = first_built(subject).shape
    return height, width + 9, 1
