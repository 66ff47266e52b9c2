"""The files that components of an experiment will read: whether they are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from sightkit.component import ReadBefore
from sightkit.config.tree import Tree
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.uses import uses
from sightkit.toml.problems import Problem, TomlError

if TYPE_CHECKING:
    from pydantic.fields import FieldInfo


def require_files(settings: ExperimentSettings, tree: Tree) -> None:
    """Refuse an experiment that would fail only after its images were prepared, since a file isn't there.

    Raises:
        TomlError: each parameter that is an `InputFile` without a file.
    """
    if problems := sorted(missing_files(settings, tree), key=Problem.order):
        raise TomlError(problems)


def missing_files(settings: ExperimentSettings, tree: Tree) -> Iterator[Problem]:
    """Yield a problem for each file that isn't there, where its path was written."""
    for role, use in uses(settings):
        path = tuple(int(key) if key.isdigit() else key for key in role.split("."))
        for name, field in type(use.params).model_fields.items():
            value, marks = getattr(use.params, name), list(marks_of(field))
            # os.path, because pathlib fails on a name that can't be a file's.
            if not isinstance(value, Path) or ReadBefore() not in marks or os.path.isfile(value):  # noqa: PTH113
                continue
            expected = " or ".join([*(f'"{mark}"' for mark in marks if isinstance(mark, str)), "a file"])
            found = "a folder" if os.path.isdir(value) else "no such file"  # noqa: PTH112
            key = field.alias or name
            yield tree.problem((*path, key), f"{role}.{key}: expected {expected}, found {found}: {value}")


def marks_of(field: FieldInfo) -> Iterator[Any]:
    """Yield what a field's annotation is made of: types, words of a ``Literal``, what ``Annotated`` says."""
    yield from field.metadata
    yield from parts_of(field.annotation)


def parts_of(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and everything inside it."""
    yield annotation
    for inner in get_args(annotation):
        yield from parts_of(inner)
