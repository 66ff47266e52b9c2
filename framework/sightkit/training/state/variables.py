"""The values of many variables at once: taken for a checkpoint, and given back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any, TypeAlias

import numpy as np

from sightkit.errors import ArtefactError

if TYPE_CHECKING:
    import keras
    from numpy.typing import NDArray

    from sightkit.training.devices.replicas import Replicas

Groups: TypeAlias = Mapping[str, Sequence[Any]]
"""Variables in their order, by what they belong to: ``"model"``, ``"optimizer"``."""


def take(groups: Groups, replicas: Replicas) -> dict[str, NDArray[Any]]:
    """Return the value of each variable, under the name of its group and its place in it.

    Not under its own name: those that Keras gives depend on what else the process has built. Where a replica has
    another value than the first one, that has the number of the replica behind its name.
    """
    taken = {}
    for name, variable in named(groups):
        first, *others = replicas.values(variable)
        taken[name] = first
        for number, other in enumerate(others, start=1):
            if other.tobytes() != first.tobytes():
                taken[f"{name}/{number}"] = other
    return taken


def give(groups: Groups, values: Mapping[str, NDArray[Any]], replicas: Replicas) -> None:
    """Assign to each variable what `take` returned for it.

    Raises:
        ArtefactError: the values are of other variables; nothing is assigned.
    """
    for name, variable in named(groups):
        value, expected = values.get(name), replicas.values(variable)[0]
        if value is None or value.shape != expected.shape or value.dtype != expected.dtype:
            found = "nothing" if value is None else f"{value.dtype} {value.shape}"
            message = (
                f"{name} ({path_of(variable)}): expected {expected.dtype} {expected.shape}, "
                f"found {found}; this is of another model or optimizer"
            )
            raise ArtefactError(message)
    for name, variable in named(groups):
        count = len(replicas.values(variable))
        replicas.assign(variable, [values.get(f"{name}/{number}", values[name]) for number in range(count)])


def named(groups: Groups) -> Iterator[tuple[str, Any]]:
    """Yield each variable with its name in a checkpoint."""
    for group, variables in groups.items():
        for index, variable in enumerate(variables):
            yield f"{group}/{index:05d}", variable


def path_of(variable: Any) -> str:
    """Return what a variable is called, with the layers that it is in where they are known."""
    return str(getattr(variable, "path", variable.name))


def weights_digest(model: keras.Model) -> str:
    """Return the SHA-256 over all weights in their order, in hexadecimal: equal for equal weights only."""
    digest = hashlib.sha256()
    for variable in model.weights:
        value = variable.numpy()
        digest.update(f"{value.dtype}{value.shape}".encode())
        digest.update(np.ascontiguousarray(value).tobytes())
    return digest.hexdigest()
