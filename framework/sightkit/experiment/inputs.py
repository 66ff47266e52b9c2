"""The files that components of an experiment will read: whether they are there."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args

from pydantic import BaseModel

from sightkit.component import ReadBefore
from sightkit.config.tree import Tree
from sightkit.experiment.settings import ExperimentSettings
from sightkit.experiment.uses import uses
from sightkit.toml.document import KeyPath, dotted
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
        yield from missing_in(use.params, path, tree)


def missing_in(model: BaseModel, path: KeyPath, tree: Tree) -> Iterator[Problem]:
    """Yield the same for the parameters of one component, those in tables of it and in lists among them."""
    for name, field in type(model).model_fields.items():
        marks = list(marks_of(field))
        for at, value in values_in(getattr(model, name), (*path, field.alias or name)):
            if isinstance(value, BaseModel):
                yield from missing_in(value, at, tree)
            # os.path, because pathlib fails on a name that can't be a file's.
            elif isinstance(value, Path) and ReadBefore() in marks and not os.path.isfile(value):  # noqa: PTH113
                expected = " or ".join([*(f'"{mark}"' for mark in marks if isinstance(mark, str)), "a file"])
                found = "a folder" if os.path.isdir(value) else "no such file"  # noqa: PTH112
                yield tree.problem(at, f"{dotted(at)}: expected {expected}, found {found}: {value}")


def values_in(value: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    """Yield a value with its path, or those in it if it is a list."""
    if isinstance(value, tuple):
        for index, inner in enumerate(value):
            yield from values_in(inner, (*path, index))
    else:
        yield path, value


def marks_of(field: FieldInfo) -> Iterator[Any]:
    """Yield what a field's annotation is made of: types, words of a ``Literal``, what ``Annotated`` says."""
    yield from field.metadata
    yield from parts_of(field.annotation)


def parts_of(annotation: Any) -> Iterator[Any]:
    """Yield an annotation and everything inside it."""
    yield annotation
    for inner in get_args(annotation):
        yield from parts_of(inner)
