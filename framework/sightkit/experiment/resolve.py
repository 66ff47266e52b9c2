"""From a tree of values to validated settings, with every mistake told at once."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from datetime import date, time
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sightkit.config.tree import Tree
from sightkit.experiment.settings import ExperimentSettings
from sightkit.registry.catalogue import Catalogue
from sightkit.toml.document import KeyPath
from sightkit.toml.messages import problems_from, shown
from sightkit.toml.problems import Problem, TomlError, did_you_mean
from sightkit.use import Use

M = TypeVar("M", bound=BaseModel)


def default_uses() -> dict[KeyPath, str]:
    """Return the component that each table of an experiment means where it has no ``use``."""
    defaults = {name: field.default for name, field in ExperimentSettings.model_fields.items()}
    return {(name,): value["use"] for name, value in defaults.items() if isinstance(value, dict)}


def resolve(tree: Tree, catalogue: Catalogue, problems: list[Problem]) -> ExperimentSettings:
    """Validate an experiment.

    Args:
        tree: Its values; a table without a ``use`` means the default component of its kind.
        catalogue: The components it may name.
        problems: What reading it has found so far.

    Raises:
        TomlError: everything that is wrong, in the order of the file.
    """
    data = with_default_uses(tree.data)
    problems = [*problems, *monitor_problems(tree)]
    try:
        settings = ExperimentSettings.model_validate_json(json.dumps(data, default=as_json), context=catalogue)
    except ValidationError as error:
        settings = None
        problems.extend(problems_from(error, tree, ExperimentSettings))
    if settings is None or problems:
        raise TomlError(sorted(problems, key=lambda each: (each.file, each.line or 0, each.column or 0)))
    return with_absolute_paths(settings, (), tree)


def with_default_uses(data: Mapping[str, Any]) -> dict[str, Any]:
    """Return the values with the default ``use`` written out, so that ``[optimizer]`` alone means the default one."""
    filled = dict(data)
    for (name,), use in default_uses().items():
        table = filled.get(str(name))
        if isinstance(table, dict):
            filled[str(name)] = {"use": use, **table}
    return filled


def monitor_problems(tree: Tree) -> Iterable[Problem]:
    """Yield the problem of a ``monitor`` that is not computed.

    It depends on two tables, so pydantic would only come to it when both of them are right.
    """
    monitor = tree.get(("training", "monitor"))
    metrics = tree.get(("metrics",))
    if metrics is None:
        metrics = ExperimentSettings.model_fields["metrics"].default
    if not isinstance(monitor, str) or not isinstance(metrics, list | tuple):
        return
    named = [metric.get("name", metric.get("use")) for metric in metrics if isinstance(metric, dict)]
    known = ["loss", "accuracy", *(name.rpartition("/")[2] for name in named if isinstance(name, str))]
    if monitor not in known:
        hint = did_you_mean(monitor, set(known), otherwise="known")
        message = f"training.monitor: expected loss or a metric of this experiment, found {shown(monitor)}; {hint}"
        yield tree.problem(("training", "monitor"), message)


def as_json(value: Any) -> str:
    """Return TOML's dates and times as JSON's schema languages write them."""
    if isinstance(value, (date, time)):
        return value.isoformat()
    message = f"{value!r} is not a value that TOML knows"
    raise TypeError(message)


def with_absolute_paths(model: M, path: KeyPath, tree: Tree) -> M:
    """Return a model whose relative paths start from the folder of whoever wrote them."""
    changed = {}
    for name, field in type(model).model_fields.items():
        value = getattr(model, name)
        made = absolute(value, (*path, field.alias or name), tree)
        if made is not value:
            changed[name] = made
    return model.model_copy(update=changed) if changed else model


def absolute(value: Any, path: KeyPath, tree: Tree) -> Any:
    """Return a value with the relative paths in it made absolute; the same object where there are none."""
    if isinstance(value, Path):
        origin = tree.origin(path)
        expanded = value.expanduser()
        return expanded if expanded.is_absolute() else (origin.folder if origin else Path.cwd()) / expanded
    if isinstance(value, Use):
        params = with_absolute_paths(value.params, path, tree)
        return value if params is value.params else Use(value.found, params, value.written, value.label)
    if isinstance(value, BaseModel):
        return with_absolute_paths(value, path, tree)
    if isinstance(value, tuple):
        made = tuple(absolute(inner, (*path, index), tree) for index, inner in enumerate(value))
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    return value


def name_from(path: Path) -> str:
    """Return the name that an experiment has where it gives itself none: its file's, in safe letters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._") or "experiment"
