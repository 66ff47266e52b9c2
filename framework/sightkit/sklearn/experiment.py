"""The experiment that an estimator stands for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import wraps
from numbers import Integral
from os import PathLike
from typing import TYPE_CHECKING, Any

from sklearn.utils import check_random_state

from sightkit.api import Experiment, load
from sightkit.config.overrides import as_toml_value
from sightkit.contracts import Network
from sightkit.images.arrays import ArraySource
from sightkit.registry.registry import Registry
from sightkit.sklearn.errors import ParameterError
from sightkit.sklearn.names import refuse_unknown_keys

if TYPE_CHECKING:
    import keras
    import numpy as np
    from numpy.typing import NDArray

    from sightkit.contracts import ArchitectureTask
    from sightkit.experiment.in_memory import OwnArchitecture
    from sightkit.sklearn.classifier import ImageClassifier

NAME = "image-classifier"

ARCHITECTURE = "architecture"

NETWORK = (ARCHITECTURE, "image_shape", "images", "value_range")
"""The parameters that decide which network is built, and what it sees; keys of these tables do, too."""


def experiment_of(
    estimator: ImageClassifier,
    source: ArraySource,
    *,
    classes: NDArray[Any],
    seed: int,
    model: keras.Model | None = None,
) -> Experiment:
    """Return what an estimator's parameters say, as an experiment; most of it is validated when it is used.

    Args:
        estimator: Whose.
        source: The images.
        classes: The labels of theirs, in the order of the source's names for them.
        seed: The experiment's.
        model: What is trained in the place of a new network.

    Raises:
        ParameterError: there is no such key, or a value is of another kind altogether.
    """
    registry = Registry(extra=files_of(estimator.registries))
    values = values_of(estimator, classes=classes, seed=seed)
    given = {name: value for name, value in estimator.keys_set().items() if value is not None}
    refuse_unknown_keys(given, estimator.get_params(deep=False), lambda: registry)
    keys = {name.replace("__", "."): value for name, value in given.items()}
    own: OwnArchitecture | None = model
    if model is not None:
        keys = {key: value for key, value in keys.items() if not key.startswith(f"{ARCHITECTURE}.")}
    elif isinstance(estimator.architecture, str):
        values[ARCHITECTURE] = {"use": estimator.architecture}
    else:
        own = checked_function(estimator.architecture)
    experiment = load(values, dataset=source, architecture=own, registry=registry)
    return experiment.override(keys)


def params_of(estimator: ImageClassifier) -> dict[str, Any]:
    """Return all parameters by value: what is changed in place later doesn't change them."""
    return {name: as_toml_value(value) for name, value in estimator.get_params(deep=False).items()}


def of_network(params: Mapping[str, Any]) -> dict[str, Any]:
    """Return those of the parameters that decide which network is built, and what it sees."""
    return {name: value for name, value in params.items() if name.split("__")[0] in NETWORK and value is not None}


def refuse_changes(before: Mapping[str, Any], now: Mapping[str, Any]) -> None:
    """Insist that a network that goes on is the one that the parameters ask for.

    Raises:
        ParameterError: it isn't.
    """
    for name in sorted({*before, *now}):
        if (was := before.get(name)) != (found := now.get(name)):
            message = (
                f"{name}: expected {was!r}, as when the training of this network began, found {found!r}; fit trains "
                "another network"
            )
            raise ParameterError(message)


def files_of(registries: Any) -> list[Any]:
    """Return the files of registries.

    Raises:
        ParameterError: it is one, where a list of them is expected.
    """
    if isinstance(registries, str | PathLike):
        message = f"registries: expected a list of files, found {registries!r}; write [{registries!r}]"
        raise ParameterError(message)
    return list(registries)


def values_of(estimator: ImageClassifier, *, classes: NDArray[Any], seed: int) -> dict[str, Any]:
    """Return the values that an estimator's own parameters stand for, but for the architecture."""
    return {
        "name": NAME,
        "seed": seed,
        # Images that occur twice are scikit-learn's daily bread: resampling makes them.
        "split": {"validation": estimator.validation_fraction, "test": 0.0, "duplicates": "allow"},
        "augmentations": augmentations_of(estimator.augmentations),
        "optimizer": chosen("optimizer", estimator.optimizer),
        "schedule": chosen("schedule", estimator.schedule),
        "loss": chosen("loss", estimator.loss),
        "training": {
            "epochs": estimator.epochs,
            "batch_size": estimator.batch_size,
            "class_weights": class_weights_of(estimator.class_weight, classes),
            # Nobody resumes what is in a folder that will be gone.
            **({"checkpoints": {"keep": 0}} if estimator.runs_dir is None else {}),
        },
        "metrics": [],
        "reports": [],
    }


def chosen(kind: str, name: Any) -> dict[str, str]:
    """Return the table of a component.

    Raises:
        ParameterError: what chooses it is no name.
    """
    if not isinstance(name, str):
        message = f"{kind}: expected the name of one, found {name!r}; its own parameters are written {kind}__NAME"
        raise ParameterError(message)
    return {"use": name}


def augmentations_of(augmentations: Any) -> list[Any]:
    """Return augmentations as the tables of an experiment.

    Raises:
        ParameterError: it is no list of them.
    """
    if isinstance(augmentations, str | Mapping):
        message = f"augmentations: expected a list, found {augmentations!r}; write [{augmentations!r}]"
        raise ParameterError(message)
    if not isinstance(augmentations, Sequence | None):
        message = f"augmentations: expected a list of names, found {augmentations!r}"
        raise ParameterError(message)
    return [{"use": each} if isinstance(each, str) else each for each in augmentations or ()]


def class_weights_of(class_weight: Any, classes: NDArray[Any]) -> Any:
    """Return the weights of classes under the names that these have in an experiment; 1 may mean the label 1.0.

    Raises:
        ParameterError: they are neither weights nor what stands for them.
    """
    if isinstance(class_weight, Mapping):
        names = {label: name_of(label) for label in classes.tolist()}
        return {names.get(label, name_of(label)): weight for label, weight in class_weight.items()}
    if class_weight is None or (isinstance(class_weight, str) and class_weight == "balanced"):
        return class_weight or "none"
    message = f'class_weight: expected None, "balanced" or a mapping from classes to weights, found {class_weight!r}'
    raise ParameterError(message)


def name_of(label: object) -> str:
    """Return the name of a class; different labels of one array have different ones."""
    return str(label)


def checked_function(architecture: Any) -> OwnArchitecture:
    """Return a function that builds a network which can be read again from its file, since predictions need that.

    Raises:
        ParameterError: it is none. A model would be trained itself, and a parameter must stay what it is.
    """
    import keras

    from sightkit.runs.building.saving import unreadable_layers

    if isinstance(architecture, keras.Model | Network) or not callable(architecture):
        message = (
            "architecture: expected the name of an architecture or a function that builds a network, found "
            f"{type(architecture).__name__}"
        )
        raise ParameterError(message)

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
            raise ParameterError(message)
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
