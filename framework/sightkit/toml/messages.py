"""pydantic's errors in the words of sightkit: where, what was expected, what was found, what to do."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from typing import Any, Protocol

from pydantic import BaseModel, ValidationError

from sightkit.toml.document import KeyPath, dotted
from sightkit.toml.problems import Problem, did_you_mean, nearest

EXPECTED: dict[str, str] = {
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "int_parsing": "a whole number",
    "float_type": "a number",
    "float_parsing": "a number",
    "finite_number": "a finite number",
    "bool_type": "true or false",
    "string_type": "a string",
    "path_type": "a path as a string",
    "date_type": "a date",
    "list_type": "an array",
    "tuple_type": "an array",
    "dict_type": "a table",
    "model_type": "a table",
    "model_attributes_type": "a table",
    "component_table": "a table with a key `use`",
    "greater_than": "a number greater than {gt}",
    "greater_than_equal": "a number of at least {ge}",
    "less_than": "a number less than {lt}",
    "less_than_equal": "a number of at most {le}",
    "multiple_of": "a multiple of {multiple_of}",
    "too_short": "at least {min_length} items",
    "too_long": "at most {max_length} items",
    "string_too_short": "at least {min_length} characters",
    "string_too_long": "at most {max_length} characters",
    "string_pattern_mismatch": "a string that matches {pattern}",
    "bad_name": 'a name that can be part of a file\'s name, such as "macro-f1"',
}
"""What each of pydantic's error types expected; filled in from the error's context."""


class Place(Protocol):
    """What places problems: a document, or the layers of an experiment."""

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """Return a problem at the value of ``path``, or at its key."""


def problems_from(error: ValidationError, place: Place, model: type[BaseModel]) -> list[Problem]:
    """Return one problem for each place that pydantic refused, in the order of the file.

    Args:
        error: What pydantic raised.
        place: Where the validated values came from.
        model: What they were validated against.
    """
    by_path: dict[KeyPath, list[Any]] = {}
    for line in error.errors(include_url=False):
        by_path.setdefault(line["loc"], []).append(line)
    problems = [describe(path, lines, place, model) for path, lines in by_path.items()]
    return sorted(problems, key=lambda problem: (problem.file, problem.line or 0, problem.column or 0))


def describe(path: KeyPath, lines: Sequence[Any], place: Place, model: type[BaseModel]) -> Problem:
    """Return the problem at one path; several lines there are the branches of a union."""
    first = lines[0]
    kind, context = first["type"], first.get("ctx", {})
    where = f"{table_name(path[:-1])}{owned_by(context)}"
    if kind == "extra_forbidden":
        known = context.get("valid") or field_names(model, path)
        hint = did_you_mean(str(path[-1]), known, otherwise="known keys")
        return place.problem(path, f'unknown key "{path[-1]}" in {where}; {hint}', at_key=True)
    if kind == "missing" and path and isinstance(path[-1], int):
        return place.problem(path[:-1], f"{subject(path[:-1], context)}: expected more items, found {path[-1]}")
    if kind == "missing_use":
        message = f'missing key "use" in {where}; expected one of: {context["names"]}'
        return place.problem(path[:-1], message)
    if kind == "missing":
        return missing(path, place, where, model)
    if kind in WORDED:
        return WORDED[kind](path, first, place)
    expected = " or ".join(dict.fromkeys(expectation(line) for line in lines))
    message = f"{subject(path, context)}: expected {expected}, found {shown(first['input'])}"
    return place.problem(path, message)


def missing(path: KeyPath, place: Place, where: str, model: type[BaseModel]) -> Problem:
    """Return the problem of a key or a table that has no default and was not given."""
    field = next((field for name, field in model.model_fields.items() if (field.alias or name) == path[-1]), None)
    if len(path) == 1 and field is not None and "Use[" in str(field.annotation):
        message = f"missing table [{path[0]}] with a key `use`: {field.description}"
        return place.problem((), message)
    return place.problem(path[:-1], f'missing key "{path[-1]}" in {where}')


def unknown_component(path: KeyPath, line: Any, place: Place) -> Problem:
    """Return the problem of a component that cannot be used; the catalogue has already said why."""
    problem = place.problem(path, f"{subject(path, {})} = {shown(line['input'])}: {line['ctx']['reason']}")
    failed = line["type"] == "plugin_failed"
    return Problem(problem.file, problem.line, problem.column, problem.path, problem.message, plugin_failed=failed)


def unknown_choice(path: KeyPath, line: Any, place: Place) -> Problem:
    """Return the problem of a value that is none of those that are known."""
    context, value = line["ctx"], line["input"]
    known = context["expected"]
    near = (
        nearest(value, (word.strip("' ") for word in known.replace(" or ", ",").split(",")))
        if isinstance(value, str)
        else None
    )
    hint = f'; did you mean "{near}"?' if near else ""
    expected = known.replace("'", '"')
    return place.problem(path, f"{subject(path, context)}: expected {expected}, found {shown(value)}{hint}")


def names_collide(path: KeyPath, line: Any, place: Place) -> Problem:
    """Return the problem of two entries of one name."""
    message = f"{table_name(path)}: another entry is called {shown(line['input'])} too; give one of them a `name`"
    return place.problem(path, message)


WORDED: dict[str, Callable[[KeyPath, Any, Place], Problem]] = {
    "unknown_component": unknown_component,
    "plugin_failed": unknown_component,
    "literal_error": unknown_choice,
    "enum": unknown_choice,
    "names_collide": names_collide,
}


def expectation(line: Any) -> str:
    """Return what one error line expected, as a noun phrase."""
    known = EXPECTED.get(line["type"])
    if known is not None:
        return known.format_map(line.get("ctx", {}))
    message: str = line["msg"]
    return message.removeprefix("Value error, ").removeprefix("expected ").removeprefix("Input should be ")


def subject(path: KeyPath, context: dict[str, Any]) -> str:
    """Return ``optimizer.learning_rate (adam, from sightkit 0.1.0)``."""
    return f"{dotted(path) or 'the file'}{owned_by(context)}"


def owned_by(context: dict[str, Any]) -> str:
    """Return which component a key belongs to, in brackets."""
    return f" ({context['owner']})" if "owner" in context else ""


def table_name(path: KeyPath) -> str:
    """Return a table as TOML heads it: ``[optimizer]``, or ``[[metrics]]`` for one of several."""
    names = [str(key) for key in path if isinstance(key, str)]
    if not names:
        return "the file"
    return f"[[{'.'.join(names)}]]" if isinstance(path[-1], int) else f"[{'.'.join(names)}]"


def field_names(model: type[BaseModel], path: KeyPath) -> list[str]:
    """Return the keys that the table holding ``path`` knows, following nested models from ``model`` on."""
    for key in path[:-1]:
        if (nested := nested_model(model, key)) is not None:
            model = nested
    return [field.alias or name for name, field in model.model_fields.items()]


def nested_model(model: type[BaseModel], key: str | int) -> type[BaseModel] | None:
    """Return the model that a field holds: alone, or in an array, a dictionary or a union."""
    fields = {field.alias or name: field for name, field in model.model_fields.items()}
    annotations: Iterable[Any] = [fields[key].annotation] if isinstance(key, str) and key in fields else []
    while annotations:
        for annotation in annotations:
            if isinstance(annotation, type) and issubclass(annotation, BaseModel):
                return annotation
        annotations = [inner for outer in annotations for inner in getattr(outer, "__args__", ())]
    return None


def shown(value: Any) -> str:
    """Return a value as it would stand in the file, shortened."""
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= 60 else f"{text[:57]}..."
