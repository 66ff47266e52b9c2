"""What is wrong with an experiment, told in the parameters of the estimator that stands for it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from contextlib import contextmanager

from sightkit.config.overrides import parse_key
from sightkit.errors import ConfigError, DataError
from sightkit.experiment.settings import ExperimentSettings
from sightkit.sklearn.errors import ParameterError
from sightkit.sklearn.names import KINDS, TABLES, parameter_of
from sightkit.toml.document import KeyPath
from sightkit.toml.models import field_names
from sightkit.toml.problems import Problem, TomlError

TABLE = "|".join(TABLES)
HEADING = re.compile(rf"\[{{1,2}}((?:{TABLE})(?:\.\w+)*)\]{{1,2}}(?: (\w+))?")
"""A table as TOML heads it, and perhaps a key of it behind."""

DOTTED = re.compile(rf"""(?<![\w./"'-])(?:{TABLE})(?:\.\w+)+""")
"""A key as messages write it, which no file's name is: these stand in quotes or behind a separator."""

PYTHON = (
    ("expected an array", "expected a list or a tuple"),
    ("expected a table with a key `use`", "expected a name, or a mapping with the key `use`"),
    ("expected a table", "expected a mapping"),
    ("expected true or false", "expected True or False"),
    (", found true", ", found True"),
    (", found false", ", found False"),
)
"""What is called otherwise in TOML."""


@contextmanager
def in_parameters(typed: Collection[str]) -> Iterator[None]:
    """Tell what is wrong with an experiment as what is wrong with parameters.

    Args:
        typed: The parameters that were set.

    Raises:
        ParameterError: in the place of any `ConfigError`, and of a `DataError`: what images and labels can be by
            themselves has been looked at, so that it is a parameter which doesn't suit them.
    """
    try:
        yield
    except ParameterError:
        raise
    except (ConfigError, DataError) as error:
        lines = [told(problem, typed) for problem in error.problems] if isinstance(error, TomlError) else None
        retold = ParameterError("\n".join(lines) if lines else reworded(str(error), typed))
        retold.exit_code = error.exit_code
        raise retold from error


def told(problem: Problem, typed: Collection[str]) -> str:
    """Return a problem, with the parameter that it is about in front; one of a file stays as it is."""
    if problem.line is not None or not problem.path:
        return str(problem)
    path = parse_key(problem.path)
    if path is None:
        return str(problem)
    name = parameter_of(path, typed)
    # Keys of components are known from here alone: the others can be looked up.
    message = reworded(problem.message.replace(problem.path, name, 1), typed)
    return message if message.startswith(name) else f"{name}: {message}"


def reworded(text: str, typed: Collection[str]) -> str:
    """Return a text with parameters in the place of keys and tables, and words of Python in the place of TOML's."""

    def is_known(path: KeyPath) -> bool:
        return path[0] in KINDS or path[-1] in field_names(ExperimentSettings, path)

    def without_brackets(found: re.Match[str]) -> str:
        table, key = found.groups()
        path = parse_key(f"{table}.{key}") if key else None
        return f"{table}.{key}" if path and is_known(path) else found[0].replace("[", "").replace("]", "")

    def renamed(found: re.Match[str]) -> str:
        path = parse_key(found[0])
        return parameter_of(path, typed) if path and is_known(path[:2]) else found[0]

    text = DOTTED.sub(renamed, HEADING.sub(without_brackets, text))
    for toml, python in PYTHON:
        text = text.replace(toml, python)
    return text
