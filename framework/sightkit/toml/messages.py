"""pydantic's errors in the words of sightkit: where, what was expected, what was found, what to do."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, Protocol

from sightkit.toml.branches import known_places
from sightkit.toml.document import KeyPath, dotted, key_text
from sightkit.toml.models import field_names
from sightkit.toml.problems import Problem, did_you_mean, nearest
from sightkit.toml.remedies import remedy
from sightkit.toml.shown import shown

if TYPE_CHECKING:
    from pydantic import BaseModel, ValidationError

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
    "bad_name": "{rule}",
}
"""What each of pydantic's error types expected; filled in from the error's context."""


class Place(Protocol):
    """What places problems: a document, or the layers of an experiment."""

    @property
    def data(self) -> dict[str, Any]:
        """The values."""

    def problem(self, path: KeyPath, message: str, *, at_key: bool = False) -> Problem:
        """Return a problem at the value of ``path``, or at its key."""


NOTHING: Mapping[KeyPath, str] = MappingProxyType({})


def problems_from(
    error: ValidationError, place: Place, model: type[BaseModel], *, instead: Mapping[KeyPath, str] = NOTHING
) -> list[Problem]:
    """Return one problem for each place that pydantic refused, in the order of the file.

    Args:
        error: What pydantic raised.
        place: Where the validated values came from.
        model: What they were validated against.
        instead: Better messages for the values at some paths.
    """
    by_path: dict[KeyPath, list[Any]] = {}
    for path, line in known_places(error.errors(include_url=False), place.data):
        by_path.setdefault(path, []).append(line)
    around = {path[:-1] for path in by_path}  # pydantic doesn't count items that are wrong
    by_path = {path: lines for path, lines in by_path.items() if lines[0]["type"] != "too_short" or path not in around}
    problems = [
        place.problem(path, instead[path])
        if path in instead and lines[0]["type"] not in WORDED
        else describe(path, lines, place, model)
        for path, lines in by_path.items()
    ]
    return sorted(problems, key=Problem.order)


def describe(path: KeyPath, lines: Sequence[Any], place: Place, model: type[BaseModel]) -> Problem:
    """Return the problem at one path; several lines there are the branches of a union."""
    first = lines[0]
    kind, context = first["type"], first.get("ctx", {})
    if kind in WORDED:
        return WORDED[kind](path, lines, place, model)
    said = f"{subject(path, context)}: "
    if kind in {"value_error", "assertion_error"}:
        reason = first["msg"].partition(", ")[2]
        found = "" if "found" in reason else f", found {value_of(first)}"
        return place.problem(path, f"{said}{reason}{found}")
    expected = " or ".join(dict.fromkeys(expectation(line) for line in lines))
    # Of the branches of a union nobody knows which was meant.
    hint = hint_for(path, first) if len(lines) == 1 else ""
    return place.problem(path, f"{said}expected {expected}, found {value_of(first)}{hint}")


def unknown_key(path: KeyPath, lines: Sequence[Any], place: Place, model: type[BaseModel]) -> Problem:
    """Return the problem of a key that its table doesn't have."""
    context = lines[0].get("ctx", {})
    hint = did_you_mean(str(path[-1]), context.get("valid") or field_names(model, path), otherwise="known keys")
    message = f"unknown key {shown(path[-1])} in {table_name(path[:-1])}{owned_by(context)}; {hint}"
    return place.problem(path, message, at_key=True)


def missing_use(path: KeyPath, lines: Sequence[Any], place: Place, _model: type[BaseModel]) -> Problem:
    """Return the problem of a component's table that doesn't say which."""
    context = lines[0]["ctx"]
    where = f"{table_name(path[:-1])}{owned_by(context)}"
    near = nearest("use", lines[0]["input"])
    hint = f' (did you mean it by "{near}"?)' if near else ""
    return place.problem(path[:-1], f'missing key "use" in {where}{hint}; expected one of: {context["names"]}')


def missing(path: KeyPath, lines: Sequence[Any], place: Place, model: type[BaseModel]) -> Problem:
    """Return the problem of a key, a table or an item that has no default and was not given."""
    context, absent = lines[0].get("ctx", {}), [line["loc"][-1] for line in lines]
    if isinstance(absent[0], int):
        # A tuple that is too short: the first item that it lacks is its length, the last one ends the right length.
        message = f"expected {max(absent) + 1} items, found {min(absent)}"
        return place.problem(path, f"{subject(path, context)}: {message}")
    field = next((field for name, field in model.model_fields.items() if (field.alias or name) == path[-1]), None)
    if len(path) == 1 and field is not None and "Use[" in str(field.annotation):
        message = f"missing table [{path[0]}] with a key `use`: {field.description}"
        return place.problem((), message)
    message = f"missing key {shown(path[-1])} in {table_name(path[:-1])}{owned_by(context)}"
    return place.problem(path[:-1], message)


def unknown_component(path: KeyPath, lines: Sequence[Any], place: Place, _model: type[BaseModel]) -> Problem:
    """Return the problem of a component that cannot be used; the catalogue has already said why."""
    (line,) = lines
    problem = place.problem(path, f"{subject(path, {})} = {value_of(line)}: {line['ctx']['reason']}")
    return replace(problem, plugin_failed=line["type"] == "plugin_failed")


WORDED: dict[str, Callable[[KeyPath, Sequence[Any], Place, type[BaseModel]], Problem]] = {
    "extra_forbidden": unknown_key,
    "missing": missing,
    "missing_use": missing_use,
    "unknown_component": unknown_component,
    "plugin_failed": unknown_component,
}
"""The types of errors that "expected, found" does not fit."""


def expectation(line: Any) -> str:
    """Return what one error line expected, as a noun phrase."""
    known = EXPECTED.get(line["type"])
    if known is not None:
        return known.format_map(line.get("ctx", {}))
    message: str = line["msg"]
    text = message.removeprefix("Input should be ")
    return text.replace("'", '"').replace("True", "true").replace("False", "false")


def hint_for(path: KeyPath, line: Any) -> str:
    """Return what was most likely meant by a value that was refused, with ``; `` in front; empty if that's unclear."""
    value = line["input"]
    if line["type"] in {"literal_error", "enum"} and isinstance(value, str):
        near = nearest(value, re.findall("'([^']*)'", line["ctx"]["expected"]))
        return f'; did you mean "{near}"?' if near else ""
    return remedy(line["type"], path, value)


def value_of(line: Any) -> str:
    """Return what was found."""
    return shown(line["input"])


def subject(path: KeyPath, context: dict[str, Any]) -> str:
    """Return ``optimizer.learning_rate (adam, from sightkit 0.1.0)``."""
    return f"{dotted(path) or 'the file'}{owned_by(context)}"


def owned_by(context: dict[str, Any]) -> str:
    """Return which component a key belongs to, in brackets."""
    return f" ({context['owner']})" if "owner" in context else ""


def table_name(path: KeyPath) -> str:
    """Return a table as TOML heads it: ``[optimizer]``, or ``[[metrics]]`` for one of several."""
    name = ".".join(key_text(key) for key in path if isinstance(key, str))
    if not name:
        return "the file"
    return f"[[{name}]]" if isinstance(path[-1], int) else f"[{name}]"
