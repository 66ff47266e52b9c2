"""From a tree of values to validated settings, with every mistake told at once."""

from __future__ import annotations

import json
import os
import re
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from sightkit.component import KINDS
from sightkit.config.tree import Tree
from sightkit.config.values import refused_values, without
from sightkit.experiment.agreement import disagreements
from sightkit.experiment.idle import without_idle_values
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.stage_tables import implied_uses, told_once, with_complete_stages
from sightkit.paths import working_directory
from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.messages import problems_from
from sightkit.toml.problems import Problem, TomlError
from sightkit.use import Lookup, Use

M = TypeVar("M", bound=BaseModel)


def default_uses() -> dict[KeyPath, str]:
    """Return the component that each table of an experiment means where it has no ``use``."""
    defaults = {name: field.default for name, field in ExperimentSettings.model_fields.items()}
    return {(name,): value["use"] for name, value in defaults.items() if isinstance(value, dict)}


def resolve(tree: Tree, catalogue: Lookup, problems: list[Problem]) -> ExperimentSettings:
    """Validate an experiment.

    Args:
        tree: Its values; a table without a ``use`` means the default component of its kind.
        catalogue: The components it may name.
        problems: What reading it has found so far.

    Raises:
        TomlError: everything that is wrong, in the order of the file.
    """
    defaults = default_uses()
    complete = with_complete_stages(tree, defaults)
    refused = dict(refused_values(complete.data))
    problems = [*problems, *disagreements(tree)]
    settings = None
    # pydantic is given nothing instead of what is refused, which JSON can't say or says as something else.
    data = Tree(without(complete.data, frozenset(refused)))
    for path, use in implied_uses(tree, defaults).items():
        if isinstance(table := data.get(path), dict):
            table.setdefault("use", catalogue.own(KINDS[str(path[-1])], use))
    try:
        settings = ExperimentSettings.model_validate_json(json.dumps(data.data), context=catalogue)
    except ValidationError as error:
        problems.extend(problems_from(error, complete, ExperimentSettings, instead=refused))
    told = {problem.path for problem in problems}
    problems.extend(complete.problem(path, message) for path, message in refused.items() if dotted(path) not in told)
    if settings is None or problems:
        raise TomlError(sorted(told_once(problems, tree, defaults), key=Problem.order))
    return without_idle_values(with_absolute_paths(settings, (), complete))


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
        # Not Path.expanduser, which raises where there is no such user: then it is a name like any other.
        return (origin.folder if origin else working_directory()) / os.path.expanduser(value)  # noqa: PTH111
    if isinstance(value, Use):
        params = with_absolute_paths(value.params, path, tree)
        return value if params is value.params else Use(value.found, params, value.written, value.label)
    if isinstance(value, BaseModel):
        return with_absolute_paths(value, path, tree)
    if isinstance(value, dict):
        table = {key: absolute(inner, (*path, key), tree) for key, inner in value.items()}
        return table if any(table[key] is not inner for key, inner in value.items()) else value
    if isinstance(value, tuple):
        made = tuple(absolute(inner, (*path, index), tree) for index, inner in enumerate(value))
        return made if any(new is not old for new, old in zip(made, value, strict=True)) else value
    return value


def name_from(path: Path) -> str:
    """Return the name that an experiment has where it gives itself none: its file's, in safe letters."""
    return re.sub(r"[^A-Za-z0-9._-]+", "-", path.stem).strip("-._")[:100] or "experiment"
