"""The experiment that an estimator stands for."""

from __future__ import annotations

from collections.abc import Mapping
from functools import wraps
from numbers import Integral
from typing import TYPE_CHECKING, Any

from sklearn.utils import check_random_state

from sightkit.api import Experiment, load
from sightkit.contracts import Network
from sightkit.errors import ConfigError
from sightkit.images.arrays import ArraySource
from sightkit.registry.registry import Registry

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import ArchitectureTask
    from sightkit.experiment.in_memory import OwnArchitecture
    from sightkit.sklearn.classifier import ImageClassifier

NAME = "image-classifier"

ARCHITECTURE = "architecture"


def experiment_of(
    estimator: ImageClassifier, source: ArraySource, *, seed: int, model: keras.Model | None = None
) -> Experiment:
    """Return what an estimator's parameters say, as an experiment; most of it is validated when it is used.

    Args:
        estimator: Whose.
        source: The images.
        seed: The experiment's.
        model: What is trained in the place of a new network.

    Raises:
        ConfigError: the architecture is neither a name nor a function.
    """
    values = values_of(estimator, seed=seed)
    keys = {name.replace("__", "."): value for name, value in estimator.keys_set().items() if value is not None}
    own: OwnArchitecture | None = model
    if model is not None:
        keys = {key: value for key, value in keys.items() if not key.startswith(f"{ARCHITECTURE}.")}
    elif isinstance(estimator.architecture, str):
        values[ARCHITECTURE] = {"use": estimator.architecture}
    else:
        own = checked_function(estimator.architecture)
    experiment = load(values, dataset=source, architecture=own, registry=Registry(extra=estimator.registries))
    return experiment.override(keys)


def values_of(estimator: ImageClassifier, *, seed: int) -> dict[str, Any]:
    """Return the values that an estimator's own parameters stand for, but for the architecture."""
    return {
        "name": NAME,
        "seed": seed,
        # Images that occur twice are scikit-learn's daily bread: resampling makes them.
        "split": {"validation": estimator.validation_fraction, "test": 0.0, "duplicates": "allow"},
        "augmentations": augmentations_of(estimator.augmentations),
        "optimizer": {"use": estimator.optimizer},
        "schedule": {"use": estimator.schedule},
        "loss": {"use": estimator.loss},
        "training": {
            "epochs": estimator.epochs,
            "batch_size": estimator.batch_size,
            "class_weights": class_weights_of(estimator.class_weight),
        },
        "metrics": [],
        "reports": [],
    }


def augmentations_of(augmentations: Any) -> list[Any]:
    """Return augmentations as the tables of an experiment.

    Raises:
        ConfigError: it is one, where a list of them is expected.
    """
    if isinstance(augmentations, str | Mapping):
        message = f"augmentations: expected a list, found {augmentations!r}; write [{augmentations!r}]"
        raise ConfigError(message)
    return [{"use": each} if isinstance(each, str) else each for each in augmentations]


def class_weights_of(class_weight: Any) -> Any:
    """Return the weights of classes under the names that these have in an experiment."""
    if class_weight is None:
        return "none"
    if isinstance(class_weight, dict):
        return {name_of(label): weight for label, weight in class_weight.items()}
    return class_weight


def name_of(label: object) -> str:
    """Return the name of a class; different labels of one array have different ones."""
    return str(label)


def checked_function(architecture: Any) -> OwnArchitecture:
    """Return a function that builds a network which can be read again from its file, since predictions need that.

    Raises:
        ConfigError: it is none. A model would be trained itself, and a parameter must stay what it is.
    """
    import keras

    from sightkit.runs.building.saving import unreadable_layers

    if isinstance(architecture, keras.Model | Network) or not callable(architecture):
        message = (
            "architecture: expected the name of an architecture or a function that builds a network, found "
            f"{type(architecture).__name__}"
        )
        raise ConfigError(message)

    @wraps(architecture)
    def build(task: ArchitectureTask) -> keras.Model | Network:
        built: keras.Model | Network = architecture(task)
        parts = (built.backbone, built.pooling, built.head) if isinstance(built, Network) else (built,)
        names = sorted({name for part in parts if isinstance(part, keras.Model) for name in unreadable_layers(part)})
        if names:
            message = (
                f"architecture: {', '.join(names)} can't be read from the file of the model; register classes of your "
                "own with keras.saving.register_keras_serializable, and write a layer in the place of a Lambda"
            )
            raise ConfigError(message)
        return built

    return build


def source_of(
    images: NDArray[np.uint8],
    labels: NDArray[np.int64],
    classes: NDArray[Any],
    weights: NDArray[np.float64] | None,
) -> ArraySource:
    """Return images with their labels, indices into the classes, as an experiment takes them."""
    return ArraySource(images, labels, classes=[name_of(each) for each in classes.tolist()], weights=weights)


def seed_from(random_state: Any) -> int:
    """Return an experiment's seed: a number itself, else one that is drawn."""
    if isinstance(random_state, Integral):
        return int(random_state)
    return int(check_random_state(random_state).randint(2**31))
