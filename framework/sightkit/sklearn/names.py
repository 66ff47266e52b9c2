"""Names of parameters: which key of an experiment each stands for, and whether there is such a key."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from sightkit.component import Architecture, Augmentation, Component, Loss, Optimizer, Schedule
from sightkit.experiment.settings import ExperimentSettings
from sightkit.sklearn.errors import ParameterError
from sightkit.toml.models import field_names, nested_model
from sightkit.toml.problems import nearest
from sightkit.use import UnknownComponentError

if TYPE_CHECKING:
    from pydantic import BaseModel

    from sightkit.registry.registry import Registry
    from sightkit.toml.document import KeyPath

TABLES = (
    "architecture",
    "augmentations",
    "calibration",
    "images",
    "loss",
    "optimizer",
    "schedule",
    "split",
    "training",
)
"""The tables of an experiment whose keys can be named."""

KINDS: Mapping[str, type[Component[Any]]] = MappingProxyType(
    {
        "architecture": Architecture,
        "augmentations": Augmentation,
        "loss": Loss,
        "optimizer": Optimizer,
        "schedule": Schedule,
    }
)
"""Those that choose a component each, or a list of them."""

PARAMETERS: Mapping[KeyPath, str] = MappingProxyType(
    {
        ("seed",): "random_state",
        ("split", "validation"): "validation_fraction",
        ("training", "batch_size"): "batch_size",
        ("training", "class_weights"): "class_weight",
        ("training", "epochs"): "epochs",
        **{(table, "use"): table for table in KINDS if table != "augmentations"},
    }
)
"""The keys that have a parameter of another name."""


def is_key(name: str) -> bool:
    """Say whether a parameter is a key of one of the tables."""
    table, _, key = name.partition("__")
    return table in TABLES and bool(key)


def path_of(name: str) -> KeyPath:
    """Return the path in an experiment of a key that a parameter names."""
    return tuple(int(part) if part.isdecimal() else part for part in name.split("__"))


def parameter_of(path: KeyPath, typed: Collection[str] = ()) -> str:
    """Return how a user of an estimator writes a key of an experiment.

    Args:
        path: Of the key: ``("training", "epochs")`` is ``epochs``, ``("augmentations", 0, "use")`` is
            ``augmentations[0]``.
        typed: Parameters that were set: what lies inside their values is written as Python does it,
            ``training__stages[0]["epochs"]``.
    """
    if len(path) > 1 and path[0] in KINDS and path[-1] == "use":
        path = path[:-1]
    for length in range(len(path), 0, -1):
        name = "__".join(map(str, path[:length]))
        if (own := PARAMETERS.get(path[:length])) or name in typed:
            return (own or name) + subscripts(path[length:])
    return path[0] + subscripts(path[1:]) if path[0] == "augmentations" else "__".join(map(str, path))


def subscripts(path: KeyPath) -> str:
    """Return what stands behind a value in Python for something inside it."""
    return "".join(f"[{key}]" if isinstance(key, int) else f'["{key}"]' for key in path)


def refuse_unknown_keys(names: Iterable[str], params: Mapping[str, Any], registry: Callable[[], Registry]) -> None:
    """Insist that names of keys are those of keys that there are, as far as anybody can know.

    Args:
        names: Those that are looked at.
        params: All parameters of the estimator, for the components that they choose.
        registry: Returns what knows these; asked only where a key is a component's.

    Raises:
        ParameterError: all that are wrong, each with the nearest that exists.
    """
    if refusals := [refusal for name in names for refusal in refusals_of(name, params, registry)]:
        raise ParameterError("\n".join(refusals))


def refusals_of(name: str, params: Mapping[str, Any], registry: Callable[[], Registry]) -> Iterator[str]:
    """Yield what is wrong with the name of a key, if anything is."""
    path = path_of(name)
    if own := PARAMETERS.get(path):
        yield f"{name}: this is what the parameter {own} is for; set that"
        return
    if callable(params["architecture"]) and path[0] == "architecture":
        yield f"{name}: the architecture is a function, which has no keys; functools.partial can hold its arguments"
        return
    model, inside = holder_of(path, params, registry)
    for key in inside[:-1]:
        model = nested_model(model, key) if model else None
    if model is None:
        return
    known = [*field_names(model, ()), *(["use"] if path[0] == "augmentations" else [])]
    if inside[-1] not in known:
        beside = name.rpartition("__")[0]
        near = nearest(str(inside[-1]), known)
        hint = f"did you mean {beside}__{near}?" if near else f"known: {', '.join(sorted(known)) or 'none'}"
        yield f"{name}: {owner_of(path, params)} has no such key; {hint}"


def holder_of(
    path: KeyPath, params: Mapping[str, Any], registry: Callable[[], Registry]
) -> tuple[type[BaseModel] | None, KeyPath]:
    """Return the model that describes what a key belongs to, ``None`` if nobody knows it, and the key's path inside."""
    if path[0] not in KINDS:
        return ExperimentSettings, path
    inside = path[2:] if path[0] == "augmentations" else path[1:]
    use = chosen(path, params)
    if use is None or not inside:
        return None, inside
    try:
        return registry().catalogue.find(KINDS[str(path[0])], use).component.params, inside
    except UnknownComponentError:
        return None, inside  # it is told when the estimator is used


def chosen(path: KeyPath, params: Mapping[str, Any]) -> str | None:
    """Return the name of the component whose key this is; ``None`` if there is none."""
    use = params[str(path[0])]
    if path[0] == "augmentations":
        entries, index = use, path[1]
        if f"augmentations__{index}__use" in params:
            use = params[f"augmentations__{index}__use"]
        elif isinstance(entries, list | tuple) and isinstance(index, int) and index < len(entries):
            entry = entries[index]
            use = entry.get("use") if isinstance(entry, Mapping) else entry
        else:
            use = None
    return use if isinstance(use, str) else None


def owner_of(path: KeyPath, params: Mapping[str, Any]) -> str:
    """Return what a key belongs to, in words."""
    if path[0] in KINDS:
        return f'the {KINDS[str(path[0])].kind} "{chosen(path, params)}"'
    return f"the table {'.'.join(map(str, path[:-1]))} of an experiment"
